//! Deadlines: set, read, taken away.
//!
//! A deadline is an instant of the region's own wall clock, in Unix milliseconds (`EXP-12`).

use crate::crdt::effect::Update;
use crate::crdt::expiry::deadline_fits;
use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::number;
use crate::instance::command::reply::Reply;

/// How a command gives a point in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Unit {
    in_seconds: bool,
    from_now: bool,
}

impl Unit {
    /// Seconds from now.
    pub(super) const SECONDS: Self = Self {
        in_seconds: true,
        from_now: true,
    };
    /// Milliseconds from now.
    pub(super) const MILLISECONDS: Self = Self {
        in_seconds: false,
        from_now: true,
    };
    /// Seconds since 1970.
    pub(super) const UNIX_SECONDS: Self = Self {
        in_seconds: true,
        from_now: false,
    };
    /// Milliseconds since 1970.
    pub(super) const UNIX_MILLISECONDS: Self = Self {
        in_seconds: false,
        from_now: false,
    };

    /// The unit behind an option's name in small letters: `ex`, `px`, `exat`, `pxat`.
    pub(super) fn of_option(name: &[u8]) -> Option<Self> {
        match name {
            b"ex" => Some(Self::SECONDS),
            b"px" => Some(Self::MILLISECONDS),
            b"exat" => Some(Self::UNIX_SECONDS),
            b"pxat" => Some(Self::UNIX_MILLISECONDS),
            _ => None,
        }
    }

    /// The instant meant by `number`, in Unix milliseconds, if it is one a deadline can name.
    pub(super) fn instant_ms(self, number: i64, now_ms: u64) -> Option<i64> {
        let length_ms = if self.in_seconds {
            number.checked_mul(1000)?
        } else {
            number
        };
        let start_ms = if self.from_now {
            i64::try_from(now_ms).ok()?
        } else {
            0
        };
        let instant = start_ms.checked_add(length_ms)?;
        // One before 1970 is over as well as 1970 is.
        let fits = u64::try_from(instant).map_or(true, deadline_fits);
        fits.then_some(instant)
    }
}

/// The deadline that an option of `SET` or `GETEX` gives; it must lie after 1970.
pub(super) fn deadline(call: &Call<'_>, unit: Unit, text: &[u8]) -> Result<u64, CommandError> {
    let number = number::integer(text).ok_or(CommandError::NOT_INTEGER)?;
    let error = CommandError::ExpireTime(call.command.name);
    if number <= 0 {
        return Err(error);
    }
    let instant = unit.instant_ms(number, call.now_ms);
    instant
        .and_then(|instant| u64::try_from(instant).ok())
        .ok_or(error)
}

/// Sets the deadline of a key that exists; one that is over deletes it.
pub(super) fn set_deadline(call: &mut Call<'_>, key: &[u8], deadline_ms: u64) {
    if deadline_ms <= call.now_ms {
        call.remove(key);
    } else {
        call.update(key, vec![Update::Expire { deadline_ms }]);
    }
}

/// Takes the deadline of a key away; says whether it had one.
pub(super) fn clear_deadline(call: &mut Call<'_>, key: &[u8]) -> bool {
    let had_one = call.deadline_ms(key).is_some();
    if had_one {
        call.update(key, vec![Update::Persist]);
    }
    had_one
}

pub(super) fn expire(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    expire_in(call, Unit::SECONDS)
}

pub(super) fn pexpire(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    expire_in(call, Unit::MILLISECONDS)
}

pub(super) fn expireat(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    expire_in(call, Unit::UNIX_SECONDS)
}

pub(super) fn pexpireat(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    expire_in(call, Unit::UNIX_MILLISECONDS)
}

fn expire_in(call: &mut Call<'_>, unit: Unit) -> Result<Reply, CommandError> {
    let condition = Condition::parse(&call.words[3..])?;
    let number = call.integer(2)?;
    let instant = unit
        .instant_ms(number, call.now_ms)
        .ok_or(CommandError::ExpireTime(call.command.name))?;
    let deadline_ms = u64::try_from(instant).unwrap_or(0);
    let key = call.word(1);
    call.bury_expired(key);
    if !call.exists(key) || !condition.holds(call.deadline_ms(key), deadline_ms) {
        return Ok(Reply::Integer(0));
    }
    set_deadline(call, key, deadline_ms);
    Ok(Reply::Integer(1))
}

/// When a new deadline is taken.
#[derive(Default)]
pub(super) struct Condition {
    only_without: bool,
    only_with: bool,
    only_later: bool,
    only_earlier: bool,
}

impl Condition {
    pub(super) fn parse(words: &[Vec<u8>]) -> Result<Self, CommandError> {
        let mut condition = Self::default();
        for word in words {
            match word.to_ascii_lowercase().as_slice() {
                b"nx" => condition.only_without = true,
                b"xx" => condition.only_with = true,
                b"gt" => condition.only_later = true,
                b"lt" => condition.only_earlier = true,
                _ => {
                    return Err(CommandError::Option(
                        String::from_utf8_lossy(word).into_owned(),
                    ));
                }
            }
        }
        let Self {
            only_without,
            only_with,
            only_later,
            only_earlier,
        } = condition;
        if only_without && (only_with || only_later || only_earlier) {
            return Err(CommandError::Text(
                "ERR NX and XX, GT or LT options at the same time are not compatible",
            ));
        }
        if only_later && only_earlier {
            return Err(CommandError::Text(
                "ERR GT and LT options at the same time are not compatible",
            ));
        }
        Ok(condition)
    }

    /// Whether `new` may replace `old`; no deadline counts as the latest of all.
    pub(super) fn holds(&self, old: Option<u64>, new: u64) -> bool {
        match old {
            None => !self.only_with && !self.only_later,
            Some(old) => {
                !self.only_without
                    && (!self.only_later || new > old)
                    && (!self.only_earlier || new < old)
            }
        }
    }
}

pub(super) fn persist(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let key = call.word(1);
    call.bury_expired(key);
    Ok(Reply::flag(call.exists(key) && clear_deadline(call, key)))
}

pub(super) fn ttl(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let now_ms = call.now_ms;
    tell(call, |deadline_ms| to_seconds(deadline_ms - now_ms))
}

pub(super) fn pttl(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let now_ms = call.now_ms;
    tell(call, |deadline_ms| deadline_ms - now_ms)
}

pub(super) fn expiretime(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    tell(call, to_seconds)
}

pub(super) fn pexpiretime(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    tell(call, |deadline_ms| deadline_ms)
}

fn to_seconds(ms: u64) -> u64 {
    (ms + 500) / 1000
}

/// Tells a key's deadline by `form`; -2 without the key, -1 without a deadline.
fn tell(call: &Call<'_>, form: impl Fn(u64) -> u64) -> Result<Reply, CommandError> {
    let key = call.word(1);
    if !call.exists(key) {
        return Ok(Reply::Integer(-2));
    }
    let told = call.deadline_ms(key).map(form);
    Ok(Reply::Integer(told.map_or(-1, |told| {
        i64::try_from(told).expect("a deadline has 49 bits")
    })))
}
