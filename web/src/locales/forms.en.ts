export default {
  refused: '{count} to be corrected',
  row: 'Row {row}',
  unreadable: 'The form cannot be shown; please tell the process owner.',
}
