//! What a command sees and changes of lists, streams and documents.

use crate::crdt::View;
use crate::crdt::consumer_group::Attendance;
use crate::crdt::effect::Update;
use crate::crdt::json::literal::Literal;
use crate::crdt::list::List;
use crate::crdt::stream::Stream;
use crate::crdt::stream_op::StreamOp;
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;

impl Call<'_> {
    /// What `look` finds in the list at `key`; nothing without one.
    fn in_list<T>(
        &self,
        key: &[u8],
        look: impl FnOnce(&List) -> T,
    ) -> Result<Option<T>, CommandError> {
        let Some(object) = self.visible(key) else {
            return Ok(None);
        };
        match object.view() {
            View::Absent => Ok(None),
            View::List(list) => Ok(Some(look(list))),
            _ => Err(CommandError::WRONG_TYPE),
        }
    }

    /// What `look` finds in the stream at `key`; nothing without one.
    pub(super) fn in_stream<T>(
        &self,
        key: &[u8],
        look: impl FnOnce(&Stream) -> T,
    ) -> Result<Option<T>, CommandError> {
        let Some(object) = self.visible(key) else {
            return Ok(None);
        };
        match object.view() {
            View::Absent => Ok(None),
            View::Stream(stream) => Ok(Some(look(stream))),
            _ => Err(CommandError::WRONG_TYPE),
        }
    }

    pub(super) fn list_len(&self, key: &[u8]) -> Result<u64, CommandError> {
        Ok(self.in_list(key, List::len)?.unwrap_or(0))
    }

    /// Up to `count` elements of a list from `position` on.
    pub(super) fn elements(
        &self,
        key: &[u8],
        position: u64,
        count: u64,
    ) -> Result<Vec<Vec<u8>>, CommandError> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let found = |list: &List| {
            let values = list.values(position).take(count);
            values.map(|value| value.bytes().into_owned()).collect()
        };
        Ok(self.in_list(key, found)?.unwrap_or_default())
    }

    /// Makes one effect of what is done to a stream; none of nothing.
    pub(super) fn update_stream(&mut self, key: &[u8], ops: impl IntoIterator<Item = StreamOp>) {
        let ops = ops.into_iter().map(|op| Update::Stream(Box::new(op)));
        self.update(key, ops.collect());
    }

    /// Changes what this region alone knows of a group.
    pub(super) fn attend(
        &mut self,
        key: &[u8],
        group: &[u8],
        mut edit: impl FnMut(&mut Attendance),
    ) {
        self.store.attend(key, group, &mut edit);
    }

    /// The document at `key`.
    pub(super) fn document(&self, key: &[u8]) -> Result<Option<Literal>, CommandError> {
        let Some(object) = self.visible(key) else {
            return Ok(None);
        };
        match object.view() {
            View::Absent => Ok(None),
            View::Json(json) => Ok(json.value()),
            _ => Err(CommandError::WRONG_MODULE_TYPE),
        }
    }
}
