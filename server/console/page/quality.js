/**
 * quality.js - who reported late, not at all, or badly; by quarter.
 */
import {h, u} from '../h.js';
import {get} from '../api.js';
import {latest, quarter_title} from '../fmt.js';
import {print_button} from '../frame.js';
import {by_name, card, figure, quarter_switch, row_title, table, underlined} from '../table.js';
import {t, title} from '../words.js';

async function load(ctx) {
  const quarters = await get('/v1/quarters'),
    quarter = ctx.query.quarter || latest(quarters.items);
  const report = await get(u`/v1/reports/quarterly/${quarter}`, {section: 'reporters,quality'});
  return {quarters: quarters.items, quarter, sections: report.sections};
}
const section = (s) =>
  card(
    title('section', s.name),
    table({
      id: 'section-' + s.name,
      rows: by_name(s.rows),
      empty: t('本季没有可列的事项。', 'Nothing to list in this quarter.'),
      columns: [
        {key: 'title', title: s.row_title, cell: row_title},
        ...s.columns.map((c) => ({
          key: c.key,
          title: c.title,
          num: true,
          cell: (r) => figure(r.cells[c.key], c.unit, 'yuan'),
        })),
      ],
      foot:
        s.total && s.rows.length
          ? Object.assign(
              {title: s.total.title},
              Object.fromEntries(s.columns.map((c) => [c.key, figure(s.total.cells[c.key], c.unit, 'yuan')])),
            )
          : null,
    }),
  );

export const page = {
  load,
  title: () => t('报送质量', 'Data quality'),
  sub: (ctx, d) => [
    quarter_title(d.quarter),
    ' · ',
    underlined(),
  ],
  tools: (ctx, d) => [
    quarter_switch(ctx, d),
    print_button(),
  ],
  view: (ctx, d) => d.sections.map(section),
};
