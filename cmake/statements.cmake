# statement_names(out files…): a header with the names of the statements in files and of their columns.
#
# The head of a statement says what it gives: "-- -> loan uuid, amount int8". From this come
# SQL_<STATEMENT> of enum sql_id, and an enum of column numbers, <STATEMENT>_<COLUMN>, with their
# count, <STATEMENT>_COLUMNS. tests/it/test_sql.py compares them with what the server says.
#   -- -> as OTHER, and more int8    the columns of OTHER come first
#   --    quarter: year, count       rows of several kinds: what the columns after the first mean in a
#                                    row whose first column says "quarter": <STATEMENT>_QUARTER_YEAR
#
# statements_joined(out dir files…): the same files in dir, each line "--+ part word" of them replaced by the text of
# part/<part>.sql beside them, where @word@ is the word: what several statements say is written once.
set(KIND "(text|uuid|int2|int4|int8|bool|date)")

# The lines of the promise in statement `name`, without remarks in parentheses.
function(statement_promise text out)
    string(REGEX REPLACE "[][;]" "." text "${text}")
    string(REGEX MATCH "(^|\n)-- -> [^\n]*(\n--   [^\n]*)*" text "${text}")
    string(REGEX REPLACE "\\([^()]*\\)" "" text "${text}")
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

# columns_<name> for every statement that gives columns by itself, or after those of another.
function(statement_columns name text out)
    set(columns "")
    if(text MATCHES "-- -> as ([a-z0-9_]+)")
        set(columns ${columns_${CMAKE_MATCH_1}})
        if(NOT columns)
            set(${out} "" PARENT_SCOPE) # of a file that is read later
            return()
        endif()
    endif()
    string(REGEX REPLACE "\n--" " " text "${text}")
    string(REGEX MATCHALL "[a-z0-9_]+ ${KIND}($|[^a-z0-9_])" found "${text}")
    foreach(column ${found})
        string(REGEX REPLACE " .*" "" column "${column}")
        list(APPEND columns ${column})
    endforeach()
    set(${out} "${columns}" PARENT_SCOPE)
endfunction()

# enum <name>_col, and the kinds of its rows.
function(statement_enum name columns text out)
    string(TOUPPER "${name}" upper)
    string(TOUPPER "${columns}" list)
    list(TRANSFORM list PREPEND "${upper}_")
    list(JOIN list ",\n    " list)
    set(code "enum ${name}_col {\n    ${list},\n    ${upper}_COLUMNS\n};\n")
    string(REGEX MATCHALL "\n--    [a-z_]+ ?: [^:\n]*" kinds "${text}")
    foreach(line ${kinds})
        string(REGEX MATCH "([a-z_]+) ?: (.*)" line "${line}")
        string(TOUPPER "${upper}_${CMAKE_MATCH_1}" kind)
        string(TOUPPER "${CMAKE_MATCH_2}" list)
        string(REGEX MATCHALL "[A-Z_]+" list "${list}")
        list(TRANSFORM list PREPEND "${kind}_")
        list(POP_FRONT list first)
        list(JOIN list ",\n    " list)
        string(APPEND code "enum {\n    ${first} = 1,\n    ${list}\n};\n")
    endforeach()
    set(${out} "${code}" PARENT_SCOPE)
endfunction()

function(statement_names out)
    set(ids "")
    set(enums "")
    foreach(round 1 2) # the second finds the columns that "as" speaks of
        foreach(file ${ARGN})
            get_filename_component(name ${file} NAME_WE)
            file(READ ${file} text)
            statement_promise("${text}" promise_${name})
            statement_columns(${name} "${promise_${name}}" columns_${name})
        endforeach()
    endforeach()
    foreach(file ${ARGN})
        get_filename_component(name ${file} NAME_WE)
        string(TOUPPER "${name}" upper)
        string(APPEND ids "    SQL_${upper},\n")
        if(columns_${name})
            statement_enum(${name} "${columns_${name}}" "${promise_${name}}" code)
            string(APPEND enums "${code}")
        endif()
    endforeach()
    file(GENERATE OUTPUT ${out} CONTENT
        "/* Made by cmake/statements.cmake from the heads of the statements. */\n#pragma once\nenum sql_id {\n    SQL_NONE,\n${ids}    SQL_COUNT\n};\n${enums}")
endfunction()

# write_changed(file text): what hangs on a file is made again only when its text is another.
function(write_changed file text)
    set(before "")
    if(EXISTS ${file})
        file(READ ${file} before)
    endif()
    if(NOT before STREQUAL text OR NOT EXISTS ${file})
        file(WRITE ${file} "${text}")
    endif()
endfunction()

function(statements_joined out dir)
    set(made "")
    foreach(file ${ARGN})
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
        get_filename_component(name ${file} NAME)
        get_filename_component(room ${file} DIRECTORY)
        file(READ ${file} text)
        while(text MATCHES "--\\+ ([a-z_]+) ([a-z]+)\n")
            set(line "${CMAKE_MATCH_0}")
            set(word "${CMAKE_MATCH_2}")
            set(part ${room}/part/${CMAKE_MATCH_1}.sql)
            set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${part})
            file(READ ${part} body)
            string(REPLACE "@word@" "${word}" body "${body}")
            string(REPLACE "${line}" "${body}" text "${text}")
        endwhile()
        write_changed(${dir}/${name} "${text}")
        list(APPEND made ${dir}/${name})
    endforeach()
    set(${out} ${made} PARENT_SCOPE)
endfunction()
