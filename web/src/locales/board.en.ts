export default {
  title: 'Joint confirmation',
  texts: 'Texts put to the agencies',
  none: 'Nothing in this case is put to several agencies',
  sum: '{agreed} of {total} agree',
  hash: 'Digest of the present text',
  held: 'With {who} since {day}: {days} working days',
  valid: 'Valid',
  voided: 'Void ({at})',
  reason: 'Reason: {reason}',
  state: { agree: 'Agrees', disagree: 'Disagrees', open: 'Asked', pending: 'Not asked now', signed: 'Signed' },
}
