export default {
  refused: '{count} to be corrected',
  yes: 'Yes',
  no: 'No',
  attachment: 'Attachment',
  row: 'Row {row}',
  unreadable: 'The form cannot be shown; please tell the process owner.',
}
