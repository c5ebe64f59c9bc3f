export default {
  mailbox: { title: 'Notices', unreadHere: 'unread', empty: 'No notifications', unread: 'Unread', read: 'Mark as read', readOne: 'Mark as read: {subject}', readAt: 'Read · {at}', open: 'Open the case', search: 'Notices of a case, by number or title', find: 'Find', unreadOnly: 'Unread only', readAll: 'Mark all as read' },
  wish: {
    hint: 'You are always told in the application; what your rights in a procedure depend on always goes by mail (assumption ASM-P-62).', channels: 'Further channels', mail: 'Mail ({to})', noMail: 'no address on record', sms: 'SMS ({to})', noPhone: 'no number on record',
    webhook: "The agency's office system", digest: 'One mail a day with what is not urgent (working days, {at})', quiet: 'Quiet hours for SMS', quietHint: 'Empty: {from} to {to}. An SMS then waits for the next working morning, unless it is urgent.',
    from: 'From', to: 'To', restDays: 'No SMS on days off either', language: 'Language of notifications', saved: 'Saved',
  },
  proof: {
    empty: 'Nothing told yet', hint: 'One line for each notification and channel. Delivered: taken by the provider; in the application the first reading is noted as well.', statutory: 'Always told', queued: 'Made {at}', deliveredAt: 'Delivered {at}', readAt: 'First read {at}',
    content: 'Content', reference: 'Receipt {reference}',
  },
  state: { queued: 'Queued', sending: 'Sending', delivered: 'Delivered', failed: 'Failed', held: 'Held', unwanted: 'Not sent' },
  channel: { in_app: 'In the application', mail: 'Mail', sms: 'SMS', webhook: 'Office system' },
}
