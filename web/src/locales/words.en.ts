/** Words of the domain that the server sends as codes. */
export default {
  state: {
    DRAFT: 'Draft', SUBMITTED: 'Submitted', SUPPLEMENT_REQUIRED: 'Supplement required', ACCEPTED: 'Accepted', UNDER_REVIEW: 'Under review',
    PROPOSED: 'Proposed', IN_PUBLICITY: 'In publicity', OBJECTION_HANDLING: 'Objection handling', APPROVED: 'Approved', REJECTED: 'Rejected',
    NOT_ACCEPTED: 'Not accepted', WITHDRAWN: 'Withdrawn', LAPSED: 'Lapsed', TRANSFERRED: 'Handed over',
  },
  status: { open: 'Under way', attention: 'Needs attention', finished: 'Finished' },
  task: { open: 'Open', done: 'Done', cancelled: 'Cancelled' },
  role: {
    lead_operator: 'Lead unit, operator', lead_legal_rep: 'Lead unit, legal representative', member_operator: 'Member unit, operator',
    member_signatory: 'Member unit, signatory', member_legal_rep: 'Member unit, legal representative', expert: 'Expert', chief_expert: 'Chief expert',
    third_party_operator: 'Third party', other_dept_reviewer: 'Other department', receiving_body: 'Receiving body',
    authority_clerk: 'Clerk', authority_reviewer: 'Reviewer', authority_leader: 'Leader', process_owner: 'Process owner',
    superior_body: 'Superior body', system: 'System',
  },
}
