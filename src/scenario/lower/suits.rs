//! Which operations work on which keys.

use crate::plan::{Operation, ValueKind};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::lower::Lowering;
use crate::scenario::span::Sp;
use crate::scenario::suggest::listed;

impl Lowering<'_> {
    /// Reports an operation that every key of the population would refuse.
    pub(super) fn suits(&mut self, operation: &Sp<Operation>, kind: Option<ValueKind>) {
        let Some(kind) = kind else { return };
        if suits(operation.value, kind) {
            return;
        }
        let all = [
            ("Read", Operation::Read),
            ("Update", Operation::Update),
            ("Insert", Operation::Insert),
            ("Scan", Operation::Scan { length_max: 1 }),
            ("ReadModifyWrite", Operation::ReadModifyWrite),
            ("Delete", Operation::Delete),
            ("Increment", Operation::Increment),
            ("AddMember", Operation::AddMember { members: 1 }),
            ("RemoveMember", Operation::RemoveMember { members: 1 }),
        ];
        let same = |other: &Operation| {
            std::mem::discriminant(other) == std::mem::discriminant(&operation.value)
        };
        let name = all
            .iter()
            .find(|(_, other)| same(other))
            .map_or("", |(name, _)| name);
        let possible: Vec<&str> = all
            .iter()
            .filter(|(_, other)| suits(*other, kind))
            .map(|(name, _)| *name)
            .collect();
        let what = match kind {
            ValueKind::String => "strings",
            ValueKind::Counter => "counters",
            ValueKind::Hash { .. } => "hashes",
            ValueKind::Set { .. } => "sets",
        };
        self.report(
            Diagnostic::new(
                Code::WrongKind,
                operation.span,
                format!("`{name}` does not work on keys that hold {what}"),
            )
            .label("every such command would be an error")
            .note(format!("what works on {what}: {}", listed(&possible))),
        );
    }
}

fn suits(operation: Operation, kind: ValueKind) -> bool {
    match operation {
        Operation::Read | Operation::Scan { .. } | Operation::Delete => true,
        Operation::Update | Operation::Insert | Operation::ReadModifyWrite => {
            matches!(kind, ValueKind::String | ValueKind::Hash { .. })
        }
        Operation::Increment => matches!(kind, ValueKind::Counter | ValueKind::Hash { .. }),
        Operation::AddMember { .. } | Operation::RemoveMember { .. } => {
            matches!(kind, ValueKind::Set { .. })
        }
    }
}
