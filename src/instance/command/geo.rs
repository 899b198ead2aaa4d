//! Places: members of sorted sets whose score says where they are.

use crate::instance::command::call::Call;
use crate::instance::command::error::CommandError;
use crate::instance::command::geohash::{LATITUDE_MAX, LONGITUDE_MAX, Point};
use crate::instance::command::reply::Reply;
use crate::instance::command::{score, sorted_set};

/// The metres of a unit.
pub(super) fn metres(unit: &[u8]) -> Result<f64, CommandError> {
    match unit.to_ascii_lowercase().as_slice() {
        b"m" => Ok(1.0),
        b"km" => Ok(1000.0),
        b"ft" => Ok(0.3048),
        b"mi" => Ok(1609.34),
        _ => Err(CommandError::Text(
            "ERR unsupported unit provided. please use M, KM, FT, MI",
        )),
    }
}

/// A distance in metres, as told: with so many decimals that a kilometre has its decimetres.
pub(super) fn distance_text(distance: f64) -> Vec<u8> {
    format!("{distance:.4}").into_bytes()
}

/// Reads a longitude and a latitude.
pub(super) fn point(longitude: &[u8], latitude: &[u8]) -> Result<Point, CommandError> {
    let read = |text: &[u8]| score::parse(text).ok_or(CommandError::NOT_FLOAT);
    let (longitude, latitude) = (read(longitude)?, read(latitude)?);
    if longitude.abs() > LONGITUDE_MAX || latitude.abs() > LATITUDE_MAX {
        return Err(CommandError::Place {
            longitude: format!("{longitude:.6}"),
            latitude: format!("{latitude:.6}"),
        });
    }
    Ok(Point {
        longitude,
        latitude,
    })
}

/// A place as told: longitude and latitude, to the last digit that is not zero.
pub(super) fn position(point: Point) -> Reply {
    let text = |degrees: f64| {
        let text = format!("{degrees:.17}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        if text == "-0" { "0" } else { text }.as_bytes().to_vec()
    };
    Reply::bulks([point.longitude, point.latitude].map(text))
}

/// A `ZADD` of scores that stand for the places.
pub(super) fn geoadd(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let is_option = |word: &&Vec<u8>| {
        let options: [&[u8]; 3] = [b"nx", b"xx", b"ch"];
        options.contains(&word.to_ascii_lowercase().as_slice())
    };
    let options = call.words[2..].iter().take_while(is_option).count();
    let (head, places) = call.words.split_at(2 + options);
    let (places, odd) = places.as_chunks::<3>();
    let has = |option: &[u8]| {
        head[2..]
            .iter()
            .any(|word| word.eq_ignore_ascii_case(option))
    };
    if !odd.is_empty() || (has(b"nx") && has(b"xx")) {
        return Err(CommandError::SYNTAX);
    }
    let mut words = head.to_vec();
    for [longitude, latitude, member] in places {
        let score = point(longitude, latitude)?.score();
        words.extend([score.to_string().into_bytes(), member.clone()]);
    }
    sorted_set::zadd(&mut Call {
        connection: call.connection,
        store: &mut *call.store,
        words: &words,
        command: call.command,
        now_ms: call.now_ms,
    })
}

/// Where each member named from word `from` on is, if it is one.
fn places(call: &Call<'_>, from: usize, to: usize) -> Result<Vec<Option<Point>>, CommandError> {
    let names: Vec<&[u8]> = call.words[from..to].iter().map(Vec::as_slice).collect();
    let scores = call.scores(call.word(1), &names)?.into_iter();
    Ok(scores.map(|score| score.map(Point::of_score)).collect())
}

pub(super) fn geopos(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let places = places(call, 2, call.words.len())?.into_iter();
    let told = places.map(|place| place.map_or(Reply::Nil, position));
    Ok(Reply::Array(told.collect()))
}

pub(super) fn geohash(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let places = places(call, 2, call.words.len())?.into_iter();
    let told = places.map(|place| Reply::bulk_or_nil(place.map(Point::geohash)));
    Ok(Reply::Array(told.collect()))
}

pub(super) fn geodist(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let unit = match &call.words[4..] {
        [] => 1.0,
        [unit] => metres(unit)?,
        _ => return Err(CommandError::SYNTAX),
    };
    let distance = match places(call, 2, 4)?.as_slice() {
        [Some(from), Some(to)] => Some(from.distance(*to) / unit),
        _ => None,
    };
    Ok(Reply::bulk_or_nil(distance.map(distance_text)))
}
