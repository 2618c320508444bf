/** A plan drafted by the IP office is approved by finance; a sealed quarter is published by two persons of finance. */
import {accessible, says, story, visit} from './acts.mjs';

await story(async (as) => {
  const a = await as('finance', {expect: [/status of 404/]}), b = await as('second'), office = await as('ip_office'); // what is not published yet is not there
  await visit(office, '/console/plans');
  await office.page.getByRole('link', {name: /广州市/}).click();
  await says(office, 'main table', '15.00%');
  await visit(a, '/console/plans');
  await a.page.getByRole('link', {name: /广州市/}).click();
  const plan = new URL(a.page.url()).pathname;
  await a.page.locator('textarea[name=reason]').fill('市政府同意');
  await a.page.getByRole('button', {name: '批准，即施行'}).click();
  await says(a, '.heading', '施行中');

  await visit(a, '/console/reports/2023Q2/publish');
  await says(a, 'main', '先封存，再公布');
  await visit(a, '/console/reports/2023Q1/publish');
  await a.page.locator('textarea[name=reason]').fill('按季公布');
  await a.page.getByRole('button', {name: '提请公布'}).click();
  await says(a, '.notice', '经办与复核不能为同一人');
  await visit(b, '/console/reports/2023Q1/publish');
  await b.page.locator('textarea[name=reason]').fill('核对无误');
  await b.page.getByRole('button', {name: '公布 2023 年第 1 季度'}).click();
  await says(b, 'main', '已公布');
  await says(b, 'main', '下载公开版 XLSX');

  await visit(office, '/console/events');
  await office.page.getByRole('link', {name: /示例对接活动/}).click();
  await says(office, 'main', '参加单位');
  const pages = [plan, '/console/reports/2023Q1/publish', new URL(office.page.url()).pathname];
  await accessible(as, 'second', pages.slice(0, 2), [], ['plan', 'publication']);
  await accessible(as, 'ip_office', pages.slice(2), [], ['event']);
});
