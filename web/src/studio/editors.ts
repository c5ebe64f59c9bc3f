/** The editors without their pages: `tests/web/studio/test_round_trips.py` opens every shipped file with them. */
export { openModeler } from './editor/modeler'
export * as forms from './form/definition'
export { openTables } from './table/tables'
