"""What the regulations demand of the shipped diagrams, read off their texts and procedures, not
off the checker: which step must come before which, who does it, for how long, over whom.

Every entry names the clauses (ids of invariants.yaml) that an edit of that kind breaks; any one of
them may be named first. ``onto`` is where the diagram goes on once a step has come out well.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """A step that no case may do without on the way to what follows it.

    ``choice`` is the gateway after it that asks for its outcome, where the outcome is demanded.
    """

    procedure: str
    process: str
    node: str
    onto: str
    clauses: tuple[str, ...]
    choice: str | None = None


def _steps(procedure: str, *rows: tuple) -> list[Step]:
    """Rows: node, onto, clauses and perhaps the choice; "process/node" for other processes."""
    found = []
    for node, onto, clauses, *choice in rows:
        process, _, name = node.rpartition("/")
        found.append(
            Step(procedure, process or procedure, name, onto, tuple(clauses.split()), *choice)
        )
    return found


# Inside what all jurisdictions share: the step that makes a call what its code says.
_SIGNING = "C-INV-02 C-INV-03 LG-INV-01 LG-INV-16 LJ-INV-03 BS-INV-03 YRD-INV-02"
_COMPLETE = "C-INV-04 YRD-INV-02"
_ACK = "C-INV-10 YRD-INV-14 YRD-INV-14b"

STEPS = [
    *_steps(
        "lingang.application",
        ("intent", "preview", "LG-INV-16"),
        ("organisation", "chief_expert", "LG-INV-16"),
        ("agreement", "plan", "C-INV-02 LG-INV-16", "gw_agreement_done"),
        ("seal", "submission_window", "LG-INV-04"),
        ("completeness", "eligibility", "C-INV-04", "gw_completeness_done"),
        ("eligibility", "commission", "C-INV-04", "gw_eligibility"),
        ("commission", "expert", "LG-INV-03 LG-INV-03b"),
        ("expert", "proposal", "LG-INV-03 LG-INV-03b", "gw_expert"),
        (
            "lingang.certification/committee_decision",
            "enter_register",
            "C-INV-07 LG-INV-05b",
            "gw_committee_decision",
        ),
        ("lingang.certification/enter_register", "gw_conferred", "C-INV-07b"),
        ("shared.agreement_signing/sign_agreement", "validate_agreement", _SIGNING),
        ("shared.completeness/completeness_check", "gw_completeness", "C-INV-04"),
        ("shared.expert_review/panel_conclusion", "gw_conclusion", "LG-INV-03 LG-INV-03b"),
        ("shared.handoff/acknowledge_handoff", "sign_receipt", _ACK),
    ),
    *_steps(
        "lingang.lead_determination",
        ("select_leads", "resolve_leads", "LG-INV-02c", "gw_selected"),
    ),
    *_steps(
        "liangjiang.application",
        ("agreement", "plan", "C-INV-02", "gw_agreement_done"),
        ("commitment", "application", "LJ-INV-04"),
        ("completeness", "mode_evidence", "C-INV-04", "gw_completeness_done"),
        ("eligibility", "commission", "C-INV-04", "gw_eligibility"),
        ("expert", "join_review", "LJ-INV-06"),
        ("site", "join_review", "LJ-INV-06"),
        ("initial_opinion", "joint", "LJ-INV-01"),
        ("joint", "proposed_list", "LJ-INV-01 LJ-INV-01b", "gw_joint_done"),
        ("committee", "publicity", "LJ-INV-01 LJ-INV-01b", "gw_committee"),
        ("publicity", "decision", "LJ-INV-01 LJ-INV-08", "gw_publicity"),
        ("report_to_committee", "gw_upheld_choice", "LJ-INV-16", "gw_report_received"),
        ("shared.decision_registration/decide", "gw_term", "C-INV-07"),
        ("shared.decision_registration/enter_register", "gw_conferred", "C-INV-07b"),
        ("shared.agreement_signing/sign_agreement", "validate_agreement", _SIGNING),
        ("shared.completeness/completeness_check", "gw_completeness", "C-INV-04"),
        ("shared.expert_review/panel_conclusion", "gw_conclusion", "LJ-INV-06"),
        ("shared.site_verification/record_site_visit", "gw_site", "LJ-INV-06"),
        ("shared.joint_review/joint_minutes", "gw_joint", "LJ-INV-01 LJ-INV-01b"),
        ("shared.superior_approval/superior_decision", "gw_superior", "LJ-INV-01 LJ-INV-01b"),
        ("shared.publicity/open_period", "gw_objections", "LJ-INV-01 LJ-INV-02 LJ-INV-08"),
        ("shared.publicity/publicity_ends", "open_period_end", "LJ-INV-01 LJ-INV-02 LJ-INV-08"),
        ("shared.policy_window/judge_call", "gw_call_open", "LJ-INV-05"),
        ("shared.handoff/acknowledge_handoff", "sign_receipt", _ACK),
    ),
    *_steps(
        "baoshan.application",
        ("intent", "preview", "BS-INV-03"),
        ("agreement", "appointments", "C-INV-02 BS-INV-03", "gw_agreement_done"),
        ("appointments", "plan", "BS-INV-03"),
        ("plan", "application", "BS-INV-03"),
        ("completeness", "eligibility", "C-INV-04", "gw_completeness_done"),
        ("eligibility", "gw_expert_wanted", "C-INV-04", "gw_eligibility"),
        ("review", "gw_publicity_mode", "BS-INV-02", "gw_review"),
        ("publicity", "decision", "BS-INV-01 BS-INV-12b", "gw_publicity"),
        ("list_result", "decision", "BS-INV-01 BS-INV-12b"),
        ("shared.decision_registration/decide", "gw_term", "C-INV-07", "gw_decision"),
        ("shared.agreement_signing/sign_agreement", "validate_agreement", _SIGNING),
        ("shared.completeness/completeness_check", "gw_completeness", "C-INV-04"),
        ("shared.plan_compile/compile_plan", "plan_compiled", "BS-INV-03"),
        ("shared.publicity/open_period", "gw_objections", "BS-INV-01 BS-INV-12 BS-INV-12b"),
        ("shared.publicity/publicity_ends", "open_period_end", "BS-INV-01 BS-INV-12 BS-INV-12b"),
    ),
    *_steps(
        "baoshan.publicity_list",
        ("shared.publicity_list/publicity", "tell_results", "BS-INV-01b"),
        ("shared.publicity/open_period", "gw_objections", "BS-INV-01b BS-INV-12"),
        ("shared.publicity/publicity_ends", "open_period_end", "BS-INV-01b BS-INV-12"),
    ),
    *_steps(
        "ningbo.application",
        ("agreement", "plan", "C-INV-02", "gw_agreement_done"),
        ("submit", "completeness", "NB-INV-01"),
        ("completeness", "eligibility", "C-INV-04", "gw_completeness_done"),
        ("eligibility", "local_recommendation", "C-INV-04", "gw_eligibility"),
        ("local_recommendation", "handover", "NB-INV-01 NB-INV-01b", "gw_local"),
        ("expert", "join_argumentation", "NB-INV-01"),
        ("argumentation", "bureau_report", "NB-INV-01c", "gw_argumentation"),
        ("office", "enter_register", "NB-INV-01 NB-INV-02 C-INV-07", "gw_office"),
        ("shared.agreement_signing/sign_agreement", "validate_agreement", _SIGNING),
        ("shared.completeness/completeness_check", "gw_completeness", "C-INV-04"),
        ("shared.expert_review/panel_conclusion", "gw_conclusion", "NB-INV-01"),
        (
            "shared.superior_approval/superior_decision",
            "gw_superior",
            "NB-INV-01 NB-INV-02 C-INV-07",
        ),
        ("shared.policy_window/judge_call", "gw_call_open", "NB-INV-01d"),
        ("shared.handoff/acknowledge_handoff", "sign_receipt", _ACK),
    ),
    *_steps("ningbo.call", ("confirm_in_force", "prepare_call", "NB-INV-09", "gw_confirmed")),
    *_steps(
        "yrd.application",
        ("yrd.formation/agreement", "organs", "C-INV-02 YRD-INV-02", "gw_agreement_done"),
        ("submit", "gw_competent", "YRD-INV-02"),
        ("completeness", "eligibility", "YRD-INV-02 C-INV-04", "gw_completeness_done"),
        ("eligibility", "pool", "YRD-INV-02 C-INV-04", "gw_eligibility"),
        ("confirmation", "register", "C-INV-07"),
        ("shared.agreement_signing/sign_agreement", "validate_agreement", _SIGNING),
        ("shared.completeness/completeness_check", "gw_completeness", _COMPLETE),
    ),
    *_steps(
        "yrd.provincial_round",
        ("claim_year", "freeze_pool", "YRD-INV-12"),
        ("select_sh", "summarise", "YRD-INV-02b YRD-INV-02c"),
        ("select_js", "summarise", "YRD-INV-02b YRD-INV-02c"),
        ("select_zj", "summarise", "YRD-INV-02b YRD-INV-02c"),
        ("select_ah", "summarise", "YRD-INV-02b YRD-INV-02c"),
        ("shared.handoff/acknowledge_handoff", "sign_receipt", _ACK),
    ),
    *_steps(
        "yrd.joint_round",
        ("study", "tell_applications", "YRD-INV-01b"),
        ("deliver", "case_opinions", "YRD-INV-01b YRD-INV-14b", "gw_delivered"),
        ("case_opinions", "judge_list", "YRD-INV-01d YRD-INV-01b"),
        ("sealing", "document_window", "YRD-INV-01d YRD-INV-01b", "gw_sealed"),
        ("shared.handoff/acknowledge_handoff", "sign_receipt", _ACK),
    ),
]

# Two neighbours whose order the regulation fixes.
ORDERS = [
    ("lingang.application", "lingang.application", "seal", "submit", "LG-INV-04"),
    ("lingang.application", "lingang.application", "commission", "expert", "LG-INV-03 LG-INV-03b"),
    ("lingang.application", "lingang.application", "intent", "agreement", "LG-INV-16 C-INV-02"),
    ("lingang.application", "lingang.application", "agreement", "submit", "C-INV-02 LG-INV-16"),
    ("lingang.application", "lingang.application", "completeness", "expert", "C-INV-04"),
    ("lingang.application", "lingang.application", "expert", "certification", "LG-INV-03 LG-INV-03b"),
    ("lingang.application", "lingang.certification", "enter_register", "confer_name", "C-INV-07b"),
    ("lingang.application", "lingang.certification", "committee_decision", "confer_name",
     "C-INV-07 C-INV-07b LG-INV-05b"),
    ("lingang.application", "lingang.certification", "committee_decision", "tell_members",
     "C-INV-07 LG-INV-05b"),
    ("liangjiang.application", "liangjiang.application", "committee", "publicity",
     "LJ-INV-01 LJ-INV-01b"),
    ("liangjiang.application", "liangjiang.application", "joint", "committee", "LJ-INV-01 LJ-INV-01b"),
    ("liangjiang.application", "liangjiang.application", "publicity", "decision",
     "LJ-INV-01 LJ-INV-08"),
    ("liangjiang.application", "liangjiang.application", "initial_opinion", "joint", "LJ-INV-01"),
    ("liangjiang.application", "liangjiang.application", "expert", "initial_opinion", "LJ-INV-06"),
    ("liangjiang.application", "liangjiang.application", "site", "initial_opinion", "LJ-INV-06"),
    ("liangjiang.application", "liangjiang.application", "commitment", "submit", "LJ-INV-04"),
    ("liangjiang.application", "liangjiang.application", "agreement", "submit", "C-INV-02"),
    ("liangjiang.application", "liangjiang.application", "completeness", "initial_opinion", "C-INV-04"),
    ("liangjiang.application", "shared.decision_registration", "decide", "confer_name",
     "C-INV-07 C-INV-07b"),
    ("liangjiang.application", "shared.decision_registration", "enter_register", "confer_name",
     "C-INV-07b"),
    ("liangjiang.application", "shared.decision_registration", "decide", "tell_members", "C-INV-07"),
    ("baoshan.application", "baoshan.application", "intent", "agreement", "BS-INV-03"),
    ("baoshan.application", "baoshan.application", "appointments", "plan", "BS-INV-03"),
    ("baoshan.application", "baoshan.application", "agreement", "submit", "C-INV-02 BS-INV-03"),
    ("baoshan.application", "baoshan.application", "review", "publicity", "BS-INV-02"),
    ("baoshan.application", "baoshan.application", "publicity", "decision", "BS-INV-01 BS-INV-12b"),
    ("baoshan.application", "baoshan.application", "completeness", "review", "C-INV-04"),
    ("baoshan.application", "shared.decision_registration", "decide", "tell_members", "C-INV-07"),
    ("ningbo.application", "ningbo.application", "local_recommendation", "argumentation",
     "NB-INV-01 NB-INV-01b"),
    ("ningbo.application", "ningbo.application", "office", "enter_register",
     "NB-INV-01 NB-INV-02 C-INV-07"),
    ("ningbo.application", "ningbo.application", "argumentation", "office",
     "NB-INV-01c NB-INV-01"),
    ("ningbo.application", "ningbo.application", "agreement", "submit", "C-INV-02"),
    ("ningbo.application", "ningbo.application", "completeness", "local_recommendation",
     "C-INV-04 C-INV-09b"),
    ("ningbo.application", "ningbo.application", "submit", "local_recommendation",
     "NB-INV-01 C-INV-04"),
    ("ningbo.application", "ningbo.application", "office", "tell_listed", "C-INV-07"),
    ("yrd.application", "yrd.application", "formation", "submit", "C-INV-02 YRD-INV-02"),
    ("yrd.application", "yrd.application", "completeness", "eligibility", "YRD-INV-02"),
    ("yrd.application", "yrd.application", "confirmation", "register", "C-INV-07"),
    ("yrd.application", "yrd.application", "eligibility", "pool", "YRD-INV-02 C-INV-04"),
    ("yrd.provincial_round", "yrd.provincial_round", "claim_year", "select_sh", "YRD-INV-12"),
    ("yrd.joint_round", "yrd.joint_round", "deliver", "case_opinions", "YRD-INV-01b YRD-INV-14b"),
    ("yrd.joint_round", "yrd.joint_round", "case_opinions", "issue", "YRD-INV-01b YRD-INV-01d"),
    ("yrd.joint_round", "yrd.joint_round", "sealing", "issue", "YRD-INV-01d YRD-INV-01b"),
    ("yrd.joint_round", "yrd.joint_round", "study", "issue", "YRD-INV-01b"),
    ("ningbo.call", "ningbo.call", "confirm_in_force", "publish_call", "NB-INV-09"),
]  # fmt: skip

# Who alone may do a step: procedure, process, node, roles, clauses.
ACTORS = [
    ("lingang.application", "lingang.application", "proposal", "authority_reviewer", "SEP-01"),
    ("lingang.application", "lingang.certification", "committee_decision", "superior_body", "SEP-02"),
    ("lingang.application", "lingang.application", "commission", "authority_reviewer", "LG-ACT-01"),
    ("lingang.lead_determination", "lingang.lead_determination", "select_leads", "authority_leader",
     "LG-ACT-02"),
    ("liangjiang.application", "liangjiang.application", "initial_opinion", "authority_reviewer",
     "SEP-01"),
    ("liangjiang.application", "shared.decision_registration", "decide", "authority_leader", "SEP-02"),
    ("liangjiang.application", "shared.superior_approval", "superior_decision", "superior_body",
     "LJ-ACT-01"),
    ("baoshan.application", "shared.decision_registration", "decide", "authority_leader", "BS-INV-14"),
    ("baoshan.application", "baoshan.application", "review", "authority_reviewer", "BS-INV-14b"),
    ("baoshan.application", "shared.completeness", "completeness_check", "authority_clerk",
     "BS-INV-14c"),
    ("ningbo.application", "ningbo.application", "application", "lead_operator", "NB-INV-03"),
    ("ningbo.application", "ningbo.application", "local_recommendation", "territory_reviewer",
     "NB-INV-05"),
    ("ningbo.application", "ningbo.application", "argumentation", "authority_reviewer", "NB-INV-05c"),
    ("ningbo.application", "shared.superior_approval", "superior_decision", "superior_body",
     "NB-INV-05b"),
    ("yrd.provincial_round", "yrd.select_default", "approve_selection", "authority_leader", "SEP-01"),
    ("yrd.joint_round", "yrd.joint_round", "issue", "issuer", "SEP-02"),
    ("yrd.joint_round", "yrd.sealing", "seal", "seal_officer cosigner", "YRD-ACT-01"),
    ("yrd.joint_round", "yrd.case_opinion", "give_case_opinion", "seal_officer cosigner", "YRD-ACT-01"),
]  # fmt: skip

# From whom the one who does a step must differ: procedure, process, node, clauses.
SEPARATIONS = [
    ("lingang.application", "lingang.application", "proposal", "SEP-01"),
    ("lingang.application", "lingang.certification", "committee_decision", "SEP-02"),
    ("lingang.lead_determination", "lingang.lead_determination", "select_leads", "LG-ACT-02"),
    ("liangjiang.application", "liangjiang.application", "initial_opinion", "SEP-01"),
    ("liangjiang.application", "shared.decision_registration", "decide", "SEP-02"),
    ("baoshan.application", "shared.decision_registration", "decide", "BS-INV-14"),
    ("baoshan.application", "baoshan.application", "review", "BS-INV-14b"),
    ("ningbo.application", "ningbo.application", "local_recommendation", "NB-INV-05"),
    ("yrd.provincial_round", "yrd.select_default", "approve_selection", "SEP-01"),
    ("yrd.joint_round", "yrd.joint_round", "issue", "SEP-02"),
    *(
        (each, "shared.waiver", "approve_waiver", "C-INV-05b")
        for each in (
            "lingang.application",
            "liangjiang.application",
            "baoshan.application",
            "ningbo.application",
            "yrd.application",
        )
    ),
]

# What a regulation does not have: codes no mandatory step may carry, and after which steps one
# might try to put it.
ABSENT = [
    ("lingang.application", "C-INV-16",
     "A-LOCALREC A-SITE A-JOINT A-SELECT A-STUDY A-COSIGN A-ANNUAL A-RENEW",
     "charter_draft seal proposal"),
    ("lingang.application", "LG-INV-15", "A-PUBLICITY", "charter_draft seal proposal commission"),
    ("lingang.application", "LG-INV-06", "A-CALL", "charter_draft application seal"),
    ("lingang.lead_determination", "C-INV-16", "A-LOCALREC A-SITE A-JOINT A-STUDY", "comb_projects"),
    ("liangjiang.application", "C-INV-16",
     "A-LOCALREC A-SELECT A-STUDY A-COSIGN A-ANNUAL A-RENEW",
     "commitment proposed_list initial_opinion"),
    ("liangjiang.application", "LJ-INV-13", "A-REVOKE A-BAN", "commitment proposed_list"),
    ("baoshan.application", "C-INV-16",
     "A-LOCALREC A-SELECT A-STUDY A-COSIGN A-APPROVE A-JOINT A-COMMISSION",
     "appointments seal review"),
    ("baoshan.application", "BS-NAME-01", "A-NAME", "appointments seal review"),
    ("ningbo.application", "C-INV-16", "A-SELECT A-STUDY A-COSIGN A-JOINT A-COMMISSION",
     "seal local_recommendation bureau_report"),
    ("ningbo.application", "NB-INV-08", "A-PUBLICITY A-NAME A-REVOKE",
     "seal local_recommendation bureau_report"),
    ("yrd.application", "C-INV-16", "A-PUBLICITY A-OBJECTION A-APPROVE A-NAME A-RENEW",
     "competence periods"),
    ("yrd.application", "YRD-INV-04b", "A-STUDY A-COSIGN", "competence periods"),
    ("yrd.provincial_round", "C-INV-16", "A-PUBLICITY A-OBJECTION A-APPROVE A-NAME A-RENEW",
     "freeze_pool package"),
    ("yrd.joint_round", "C-INV-16", "A-PUBLICITY A-OBJECTION A-APPROVE A-NAME A-RENEW",
     "close_intake send_to_departments fix_text"),
]  # fmt: skip

# Steps that tell of an unfavourable result: procedure, process, node.
NOTICES = [
    *(
        ("lingang.application", "lingang.application", node)
        for node in ("tell_window_closed", "tell_lead_refused", "tell_stopped", "tell_late")
    ),
    *(
        ("liangjiang.application", "liangjiang.application", node)
        for node in ("tell_window_closed", "tell_call_closed")
    ),
    *(
        ("baoshan.application", "baoshan.application", node)
        for node in ("tell_window_closed", "tell_class_refused", "tell_call_closed")
    ),
    *(
        ("ningbo.application", "ningbo.application", node)
        for node in ("tell_window_closed", "tell_call_closed")
    ),
    *(
        ("yrd.application", "yrd.application", node)
        for node in ("tell_window_closed", "tell_expired")
    ),
    *(
        (each, "shared.completeness", node)
        for each in (
            "lingang.application",
            "liangjiang.application",
            "baoshan.application",
            "ningbo.application",
            "yrd.application",
        )
        for node in ("tell_not_accepted", "tell_lapsed")
    ),
    *(
        (each, "shared.refusal", "tell_refused")
        for each in (
            "lingang.application",
            "liangjiang.application",
            "baoshan.application",
            "ningbo.application",
        )
    ),
    ("yrd.application", "yrd.refusal", "tell_refused"),
    ("liangjiang.application", "shared.transfer", "tell_transferred"),
]

# The rules that nobody may waive: of every procedure, as its text says 应, 须, 不得.
HARD = {
    "lingang.application": "05 06 09 11 14 15 16 21 24 25 26 27 29 30",
    "liangjiang.application": "01 05 08 09 22 23 24 25 26 27 28",
    "baoshan.application": "05 07 13 16 17 22 23",
    "ningbo.application": "01 04 08 09 10 12 13 19 20 21 22 23 25 26 27",
    "yrd.application": "01 02 04 08 09 11 20 21 24 25 26 28",
}
PREFIX = {"lingang": "LG", "liangjiang": "LJ", "baoshan": "BS", "ningbo": "NB", "yrd": "YRD"}

# Parameters that a regulation fixes, with values it does not allow.
PARAMETERS = [
    *(("liangjiang.application", "publicity.days", days, "LJ-INV-02") for days in (0, 1, 2, 3, 4)),
    ("baoshan.application", "publicity.days", 0, "BS-INV-12"),
    ("baoshan.publicity_list", "publicity.days", 0, "BS-INV-12"),
    ("liangjiang.application", "window.require_call", False, "LJ-INV-05"),
    ("ningbo.application", "window.require_call", False, "NB-INV-01d"),
    ("lingang.application", "window.require_call", True, "LG-INV-06"),
    ("baoshan.application", "decision.confer_name", True, "BS-NAME-01"),
]
DEPARTMENTS = ("yrd.joint_round", "cosign.departments", "YRD-INV-01c")
PROVINCES = ("yrd.application", "scope.provinces", "YRD-INV-02d")
