/*
 * room.c - a program of one room and what is below it, linked and never run.
 */
int main(void)
{
    return 0;
}
