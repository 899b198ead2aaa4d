//! Places near another.
//!
//! Without an order asked for, they come in the order in which Redis finds them.

use std::cmp::Ordering;

use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::geo;
use crate::instance::command::geohash::{Point, Shape};
use crate::instance::command::number;
use crate::instance::command::reply::Reply;
use crate::instance::command::score::{self, Scored};
use crate::instance::command::sorted_range;

/// Which words a command understands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `GEORADIUS`, `GEORADIUSBYMEMBER`: the shape comes first; the result may be stored.
    Radius,
    /// The same without `STORE`.
    RadiusOnly,
    /// `GEOSEARCH`: the shape is among the options.
    Search,
    /// `GEOSEARCHSTORE`.
    SearchStore,
}

/// What is searched, and what is told of it.
#[derive(Default)]
struct Query<'a> {
    centre: Option<Point>,
    /// The centre is a member of a key that is not there.
    is_nowhere: bool,
    /// The shape, and the metres of the unit that distances are told in.
    shape: Option<(Shape, f64)>,
    with_distance: bool,
    with_hash: bool,
    with_place: bool,
    descending: Option<bool>,
    count: usize,
    any: bool,
    /// Where to store, and whether distances.
    target: Option<&'a [u8]>,
    stores_distance: bool,
}

/// A place that was found.
struct Found {
    name: Vec<u8>,
    score: f64,
    point: Point,
    distance: f64,
}

fn number(text: &[u8], what: &'static str) -> Result<f64, CommandError> {
    score::parse(text).ok_or(CommandError::Text(what))
}

fn circle(radius: &[u8], unit: &[u8]) -> Result<(Shape, f64), CommandError> {
    let radius = number(radius, "ERR need numeric radius")?;
    if radius < 0.0 {
        return Err(CommandError::Text("ERR radius cannot be negative"));
    }
    let unit = geo::metres(unit)?;
    let radius = radius * unit;
    Ok((Shape::Circle { radius }, unit))
}

fn rectangle(width: &[u8], height: &[u8], unit: &[u8]) -> Result<(Shape, f64), CommandError> {
    let width = number(width, "ERR need numeric width")?;
    let height = number(height, "ERR need numeric height")?;
    if width < 0.0 || height < 0.0 {
        return Err(CommandError::Text("ERR height or width cannot be negative"));
    }
    let unit = geo::metres(unit)?;
    let (width, height) = (width * unit, height * unit);
    Ok((Shape::Box { width, height }, unit))
}

/// Where a member is; nothing without the key.
fn member(call: &Call<'_>, key: &[u8], name: &[u8]) -> Result<Option<Point>, CommandError> {
    if !call.exists(key) {
        return Ok(None);
    }
    let score = call.scores(key, &[name])?[0];
    let refused = CommandError::Text("ERR could not decode requested zset member");
    score
        .map(|score| Some(Point::of_score(score)))
        .ok_or(refused)
}

impl<'a> Query<'a> {
    /// Reads the options behind `words`.
    fn options(
        &mut self,
        call: &Call<'_>,
        key: &[u8],
        mut words: &'a [Vec<u8>],
        form: Form,
    ) -> Result<(), CommandError> {
        let searches = matches!(form, Form::Search | Form::SearchStore);
        let (mut by_radius, mut by_box, mut from_place) = (false, false, false);
        while let [name, rest @ ..] = words {
            words = match (name.to_ascii_lowercase().as_slice(), rest) {
                (b"withdist", rest) => set(&mut self.with_distance, rest),
                (b"withhash", rest) => set(&mut self.with_hash, rest),
                (b"withcoord", rest) => set(&mut self.with_place, rest),
                (b"any", rest) => set(&mut self.any, rest),
                (b"asc", rest) => {
                    self.descending = Some(false);
                    rest
                }
                (b"desc", rest) => {
                    self.descending = Some(true);
                    rest
                }
                (b"count", [count, rest @ ..]) => {
                    let count = number::integer(count).ok_or(CommandError::NOT_INTEGER)?;
                    let count = usize::try_from(count).ok().filter(|count| *count > 0);
                    self.count = count.ok_or(CommandError::Text("ERR COUNT must be > 0"))?;
                    rest
                }
                (b"store" | b"storedist", [target, rest @ ..]) if form == Form::Radius => {
                    self.target = Some(target);
                    self.stores_distance = name.len() > b"store".len();
                    rest
                }
                (b"storedist", rest) if form == Form::SearchStore => {
                    set(&mut self.stores_distance, rest)
                }
                (b"frommember", [name, rest @ ..]) if searches && !from_place => {
                    self.centre = member(call, key, name)?;
                    self.is_nowhere = self.centre.is_none();
                    rest
                }
                (b"fromlonlat", [longitude, latitude, rest @ ..])
                    if searches && (from_place || self.has_no_centre()) =>
                {
                    self.centre = Some(geo::point(longitude, latitude)?);
                    set(&mut from_place, rest)
                }
                (b"byradius", [radius, unit, rest @ ..]) if searches && !by_box => {
                    self.shape = Some(circle(radius, unit)?);
                    set(&mut by_radius, rest)
                }
                (b"bybox", [width, height, unit, rest @ ..]) if searches && !by_radius => {
                    self.shape = Some(rectangle(width, height, unit)?);
                    set(&mut by_box, rest)
                }
                _ => return Err(CommandError::SYNTAX),
            };
        }
        Ok(())
    }

    fn has_no_centre(&self) -> bool {
        self.centre.is_none() && !self.is_nowhere
    }

    /// Checks what options exclude or want each other.
    fn check(&self, call: &Call<'_>, form: Form) -> Result<(), CommandError> {
        let searches = matches!(form, Form::Search | Form::SearchStore);
        let tells = self.with_distance || self.with_hash || self.with_place;
        if self.target.is_some() && tells {
            return Err(CommandError::Text(if searches {
                "ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options"
            } else {
                "ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and \
                 WITHCOORD options"
            }));
        }
        let said = || String::from_utf8_lossy(&call.words[0]).into_owned();
        if searches && self.has_no_centre() {
            return Err(CommandError::ExactlyOne {
                options: "FROMMEMBER or FROMLONLAT",
                command: said(),
            });
        }
        if searches && self.shape.is_none() {
            return Err(CommandError::ExactlyOne {
                options: "BYRADIUS and BYBOX",
                command: said(),
            });
        }
        if self.any && self.count == 0 {
            return Err(CommandError::Text(
                "ERR the ANY argument requires COUNT argument",
            ));
        }
        Ok(())
    }

    /// What of the sorted set at `key` is in the shape, in order.
    fn search(&self, call: &Call<'_>, key: &[u8]) -> Result<Vec<Found>, CommandError> {
        let ranked = call.ranked(key)?;
        let (Some(centre), Some((shape, _))) = (self.centre, self.shape) else {
            return Ok(Vec::new());
        };
        let limit = if self.count == 0 {
            usize::MAX
        } else {
            self.count
        };
        let mut found = Vec::new();
        for cell in shape.cells(centre) {
            let (from, to) = cell.scores();
            let inside = ranked
                .iter()
                .filter(|(_, score)| (from..to).contains(score));
            for (name, score) in inside {
                let point = Point::of_score(*score);
                let Some(distance) = shape.reach(centre, point) else {
                    continue;
                };
                if self.any && found.len() >= limit {
                    break;
                }
                found.push(Found {
                    name: name.clone(),
                    score: *score,
                    point,
                    distance,
                });
            }
        }
        // The nearest are wanted where only some are.
        let by_default = (self.count > 0 && !self.any).then_some(false);
        if let Some(descending) = self.descending.or(by_default) {
            found.sort_by(|left, right| {
                let order = left.distance.partial_cmp(&right.distance);
                let order = order.unwrap_or(Ordering::Equal);
                if descending { order.reverse() } else { order }
            });
        }
        found.truncate(limit);
        Ok(found)
    }

    fn told(&self, found: Found) -> Reply {
        let unit = self.shape.map_or(1.0, |(_, unit)| unit);
        let distance = Reply::Bulk(geo::distance_text(found.distance / unit));
        #[expect(clippy::cast_possible_truncation, reason = "a score is cut as in C")]
        let hash = Reply::Integer(found.score as i64);
        let more = [
            self.with_distance.then_some(distance),
            self.with_hash.then_some(hash),
            self.with_place.then(|| geo::position(found.point)),
        ];
        let name = Reply::Bulk(found.name);
        let mut parts: Vec<Reply> = std::iter::once(name)
            .chain(more.into_iter().flatten())
            .collect();
        if parts.len() == 1 {
            return parts.swap_remove(0);
        }
        Reply::Array(parts)
    }

    fn scored(&self, found: Found) -> Scored {
        let unit = self.shape.map_or(1.0, |(_, unit)| unit);
        let score = if self.stores_distance {
            found.distance / unit
        } else {
            found.score
        };
        (found.name, score)
    }

    fn run(&self, call: &mut Call<'_>, key: &[u8]) -> Result<Reply, CommandError> {
        let found = self.search(call, key)?.into_iter();
        let Some(target) = self.target else {
            return Ok(Reply::Array(found.map(|found| self.told(found)).collect()));
        };
        let mut scored: Vec<Scored> = found.map(|found| self.scored(found)).collect();
        scored.sort_by(score::order);
        Ok(sorted_range::store_into(call, target, scored))
    }
}

/// An option without a value.
fn set<'a>(flag: &mut bool, rest: &'a [Vec<u8>]) -> &'a [Vec<u8>] {
    *flag = true;
    rest
}

fn search(call: &mut Call<'_>, form: Form) -> Result<Reply, CommandError> {
    let words = call.words;
    let (key, target, options) = match form {
        Form::SearchStore => (call.word(2), Some(call.word(1)), &words[3..]),
        _ => (call.word(1), None, &words[2..]),
    };
    call.score_count(key)?;
    let mut query = Query {
        target,
        ..Query::default()
    };
    query.options(call, key, options, form)?;
    query.check(call, form)?;
    query.run(call, key)
}

pub(super) fn geosearch(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    search(call, Form::Search)
}

pub(super) fn geosearchstore(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    search(call, Form::SearchStore)
}

fn radius(call: &mut Call<'_>, form: Form) -> Result<Reply, CommandError> {
    let (key, words) = (call.word(1), call.words);
    call.score_count(key)?;
    let mut query = Query {
        centre: Some(geo::point(call.word(2), call.word(3))?),
        shape: Some(circle(call.word(4), call.word(5))?),
        ..Query::default()
    };
    query.options(call, key, &words[6..], form)?;
    query.check(call, form)?;
    query.run(call, key)
}

fn radius_by_member(call: &mut Call<'_>, form: Form) -> Result<Reply, CommandError> {
    let (key, words) = (call.word(1), call.words);
    call.score_count(key)?;
    let mut query = Query {
        centre: member(call, key, call.word(2))?,
        ..Query::default()
    };
    // Without the key the shape is not even looked at.
    if query.centre.is_some() {
        query.shape = Some(circle(call.word(3), call.word(4))?);
    }
    query.options(call, key, &words[5..], form)?;
    query.check(call, form)?;
    query.run(call, key)
}

pub(super) fn georadius(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    radius(call, Form::Radius)
}

pub(super) fn georadius_ro(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    radius(call, Form::RadiusOnly)
}

pub(super) fn georadiusbymember(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    radius_by_member(call, Form::Radius)
}

pub(super) fn georadiusbymember_ro(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    radius_by_member(call, Form::RadiusOnly)
}
