/**
 * shown.mjs - patterns whose page axe judges and whose pictures are taken where somebody acts on it, with more on it than the sample
 * book has: the picture's name in an act_*.mjs. unit.mjs holds that it is there.
 */
export const SHOWN = {
  '/console/tasks': 'tasks',
  '/console/claims': 'claims',
  '/console/claims/{id}': 'claim',
  '/console/coverages': 'coverages',
  '/console/coverages/{id}': 'coverage',
  '/console/proposals': 'proposals',
  '/console/fund': 'funds',
  '/console/fund/{scheme}': 'fund',
  '/console/accounts/{code}': 'account',
  '/console/eligibility': 'eligibility',
  '/console/applications': 'applications',
  '/console/applications/{id}': 'application',
  '/console/budgets': 'budgets',
  '/console/plans/{id}': 'plan',
  '/console/reports/{quarter}/publish': 'publication',
  '/console/events/{id}': 'event',
};
