"""What the studio's editors offer, on the wire: words to choose, parts of the library."""

from marshmallow import Schema, fields, validate

from api.schemas.common import Strict, text
from api.schemas.studio import DraftCheckSchema
from services.studio import form_previews


class NamedChoiceSchema(Schema):
    """Something to choose, with its name."""

    id = fields.String()
    name = fields.String()


class FiledChoiceSchema(NamedChoiceSchema):
    """Something that is defined in a file of the draft."""

    file = fields.String()


class FormChoiceSchema(NamedChoiceSchema):
    """A form to choose, with the fields on which a step can have rights."""

    asks = fields.List(fields.Nested(NamedChoiceSchema))


class ClauseChoiceSchema(Schema):
    """A clause: its article and our paraphrase."""

    id = fields.String()
    article = fields.String()
    strength = fields.String()
    text = fields.String()


class InputChoiceSchema(Schema):
    """An input of an operation."""

    name = fields.String()
    type = fields.String()


class OperationChoiceSchema(Schema):
    """An operation of the catalogue with its typed inputs."""

    name = fields.String()
    label = fields.String()
    description = fields.String()
    inputs = fields.List(fields.Nested(InputChoiceSchema))


class FragmentSchema(Schema):
    """The usual steps of a procedure as one piece, put into a diagram with one click."""

    id = fields.String()
    name = fields.String()
    en = fields.String()
    hint = fields.String()
    takes = fields.List(fields.String())
    forms = fields.List(fields.String())
    nodes = fields.List(fields.Dict(keys=fields.String()))
    flows = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))
    next = fields.Dict(keys=fields.String(), values=fields.String())


class FunctionSchema(Schema):
    """A built-in function of expressions."""

    name = fields.String()
    parameters = fields.List(fields.String())
    about = fields.String(metadata={"description": "What it is for, in Chinese"})


class LibraryChoicesSchema(Schema):
    """What the library has and the draft does not have yet; chosen, it is taken over."""

    forms = fields.List(fields.Nested(NamedChoiceSchema))
    decisions = fields.List(fields.Nested(NamedChoiceSchema))
    processes = fields.List(fields.Nested(NamedChoiceSchema))


class VocabularySchema(Schema):
    """What can be chosen in a draft."""

    clauses = fields.List(fields.Nested(ClauseChoiceSchema))
    roles = fields.List(fields.String())
    forms = fields.List(fields.Nested(FormChoiceSchema))
    decisions = fields.List(fields.Nested(FiledChoiceSchema))
    processes = fields.List(fields.Nested(FiledChoiceSchema))
    parameters = fields.List(fields.Nested(NamedChoiceSchema))
    operations = fields.List(fields.Nested(OperationChoiceSchema))
    fragments = fields.List(fields.Nested(FragmentSchema))
    library = fields.Nested(LibraryChoicesSchema)
    functions = fields.List(fields.Nested(FunctionSchema))


def _names() -> fields.List[str]:
    name = fields.String(validate=validate.Length(1, 100))
    return fields.List(name, load_default=list, validate=validate.Length(max=20))


class TakePartsSchema(Strict):
    """Processes, tables and forms of the library, by id."""

    processes = _names()
    decisions = _names()
    forms = _names()


class AskNamesSchema(DraftCheckSchema):
    """The node or flow whose expressions are written, and edits that are not saved yet."""

    element_id = text(200)


class ReadableNameSchema(Schema):
    """A name that can be read there, with dots for what lies within."""

    name = fields.String()
    about = fields.String(metadata={"description": "What it is, in Chinese; may be empty"})
    values = fields.List(
        fields.String(), metadata={"description": "The texts it can be, where these are known"}
    )


class ReadableNamesSchema(Schema):
    """The names that an expression may read there, the nearer ones first."""

    names = fields.List(fields.Nested(ReadableNameSchema))


class PreviewFormSchema(DraftCheckSchema):
    """Which form is seen at which step by whom, and edits that are not saved yet."""

    path = text(200)
    step = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 200),
        metadata={"description": "Id of a step that asks the form; without one the form by itself"},
    )
    reader = fields.String(required=True, validate=validate.OneOf(form_previews.READERS))


class FieldRightSchema(Schema):
    """What a step may do with a field."""

    field = fields.String()
    label = fields.String()
    access = fields.String(metadata={"description": "readonly or hidden"})


class FormStepSchema(Schema):
    """A step that asks the form."""

    id = fields.String()
    name = fields.String()
    doer = fields.String(
        allow_none=True,
        metadata={"description": "applicant, official or expert; null where only a case tells"},
    )
    file = fields.String()
    rights = fields.List(fields.Nested(FieldRightSchema))


class FormProblemSchema(Schema):
    """Why a form cannot be read: where in it, and a sentence."""

    place = fields.String()
    text = fields.String()


class FormPreviewSchema(Schema):
    """What the reader sees; of a form that they see nothing of, nothing is told."""

    mode = fields.String(validate=validate.OneOf(form_previews.MODES))
    form = fields.Dict(keys=fields.String(), allow_none=True)
    context = fields.Dict(keys=fields.String())
    answers = fields.Dict(keys=fields.String())
    files = fields.Dict(keys=fields.String(), values=fields.String())
    steps = fields.List(fields.Nested(FormStepSchema))
    problems = fields.List(fields.Nested(FormProblemSchema))


class TryExamplesSchema(DraftCheckSchema):
    """The table whose examples are tried, and edits that are not saved yet."""

    path = text(200)


class ReadNameSchema(Schema):
    """A name that a decision reads, with dots for what lies within."""

    name = fields.String()
    about = fields.String(metadata={"description": "What it is, in Chinese; may be empty"})


class DecisionSignatureSchema(Schema):
    """What a decision reads and gives."""

    id = fields.String()
    name = fields.String()
    reads = fields.List(fields.Nested(ReadNameSchema))
    outputs = fields.List(fields.String())
    gives_list = fields.Boolean(metadata={"description": "Each output is a list, a row each"})


class FiredRowSchema(Schema):
    """A rule that fired, of the decision or of one that it needs; rows count from 1."""

    decision = fields.String()
    name = fields.String()
    rule_id = fields.String()
    row = fields.Integer()


class TriedExampleSchema(Schema):
    """What came of an example."""

    id = fields.String()
    is_met = fields.Boolean()
    outputs = fields.Dict(keys=fields.String(), metadata={"description": "What came out, by name"})
    wrong = fields.List(fields.String(), metadata={"description": "Outputs not as expected"})
    rows = fields.List(fields.Nested(FiredRowSchema))
    problem = fields.String(metadata={"description": "Why nothing came out, in Chinese"})


class TriedExamplesSchema(Schema):
    """The decisions of a file, and what comes of the examples beside it."""

    path = fields.String(metadata={"description": "Where the examples are kept"})
    problem = fields.String(metadata={"description": "Why nothing could be tried, in Chinese"})
    decisions = fields.List(fields.Nested(DecisionSignatureSchema))
    results = fields.List(fields.Nested(TriedExampleSchema))


class TakenPartsSchema(Schema):
    """What came into the draft: paths of files, and parameters by key."""

    files = fields.List(fields.String())
    parameters = fields.List(fields.String())
