//! Places on the globe as scores of sorted sets: 26 bits of longitude and of latitude, interleaved.
//!
//! Source: Redis 7.0 source, src/geohash.c and src/geohash_helper.c. Sine, cosine and arc sine are
//! `libm`'s, the same on every platform; distances are told to a tenth of a millimetre, and the
//! last bits of these functions count far less.

use std::f64::consts::PI;

/// The longitudes that can be stored end here, in degrees east and west.
pub(super) const LONGITUDE_MAX: f64 = 180.0;
/// The latitudes that can be stored end here, in degrees north and south: those of a square map.
/// Source: EPSG:3857.
pub(super) const LATITUDE_MAX: f64 = 85.051_128_78;
/// Latitudes of the published geohash.
const LATITUDE_POLE: f64 = 90.0;
/// The mean radius of the Earth, in metres.
const EARTH_RADIUS: f64 = 6_372_797.560_856;
/// Half the length of the equator on a Mercator map, in metres.
const MERCATOR_MAX: f64 = 20_037_726.37;
/// The finest cell: so many bits of each coordinate.
const STEP_MAX: u32 = 26;
const EVEN_BITS: u64 = 0x5555_5555_5555_5555;
const ODD_BITS: u64 = EVEN_BITS << 1;
const ALPHABET: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";

/// A place, in degrees.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub(super) longitude: f64,
    pub(super) latitude: f64,
}

/// A cell of the grid that halves each coordinate `step` times.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Cell {
    bits: u64,
    step: u32,
}

/// A stretch of the map: west to east, south to north.
struct Area {
    longitude: (f64, f64),
    latitude: (f64, f64),
}

/// What a search covers: distances from the centre, in metres.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    Circle { radius: f64 },
    Box { width: f64, height: f64 },
}

impl Point {
    /// The score it is kept as.
    pub(super) fn score(self) -> f64 {
        self.cell(STEP_MAX, LATITUDE_MAX).bits as f64
    }

    /// The place that a score stands for.
    #[expect(clippy::cast_possible_truncation, reason = "a score is cut as in C")]
    pub(super) fn of_score(score: f64) -> Self {
        let cell = Cell {
            bits: score as u64,
            step: STEP_MAX,
        };
        let Area {
            longitude: (west, east),
            latitude: (south, north),
        } = cell.area();
        Self {
            // The last cell begins where the map ends.
            longitude: f64::midpoint(west, east).clamp(-LONGITUDE_MAX, LONGITUDE_MAX),
            latitude: f64::midpoint(south, north).clamp(-LATITUDE_MAX, LATITUDE_MAX),
        }
    }

    /// The published geohash: eleven letters, of which the last says nothing.
    pub(super) fn geohash(self) -> Vec<u8> {
        let bits = self.cell(STEP_MAX, LATITUDE_POLE).bits;
        let letter = |place: u32| ALPHABET[(bits >> (2 * STEP_MAX - 5 * place) & 0x1f) as usize];
        (1..=10).map(letter).chain([ALPHABET[0]]).collect()
    }

    #[expect(clippy::cast_possible_truncation, reason = "at most 2^26")]
    fn cell(self, step: u32, latitude_max: f64) -> Cell {
        let cells = f64::from(1_u32 << step);
        let place = |degrees: f64, max: f64| ((degrees + max) / (2.0 * max) * cells) as u32;
        let latitude = place(self.latitude, latitude_max);
        let longitude = place(self.longitude, LONGITUDE_MAX);
        Cell {
            bits: spread(latitude) | spread(longitude) << 1,
            step,
        }
    }

    /// The way between two places over the globe, in metres.
    pub(super) fn distance(self, other: Point) -> f64 {
        let half_turn = libm::sin((radians(other.longitude) - radians(self.longitude)) / 2.0);
        let (from, to) = (radians(self.latitude), radians(other.latitude));
        if half_turn.abs() <= 0.0 {
            return self.latitude_distance(other);
        }
        let half_rise = libm::sin((to - from) / 2.0);
        let share = half_rise * half_rise + libm::cos(from) * libm::cos(to) * half_turn * half_turn;
        2.0 * EARTH_RADIUS * libm::asin(share.sqrt())
    }

    fn latitude_distance(self, other: Point) -> f64 {
        EARTH_RADIUS * (radians(other.latitude) - radians(self.latitude)).abs()
    }
}

impl Cell {
    /// The scores of places inside: from the first to below the second.
    pub(super) fn scores(self) -> (f64, f64) {
        let shift = 2 * (STEP_MAX - self.step);
        (
            (self.bits << shift) as f64,
            ((self.bits + 1) << shift) as f64,
        )
    }

    fn area(self) -> Area {
        let side = |place: u32, max: f64| {
            let cells = f64::from(1_u32 << self.step);
            let edge = |place: f64| -max + place / cells * (2.0 * max);
            (edge(f64::from(place)), edge(f64::from(place) + 1.0))
        };
        Area {
            longitude: side(gather(self.bits >> 1), LONGITUDE_MAX),
            latitude: side(gather(self.bits), LATITUDE_MAX),
        }
    }

    /// The cell so many steps east and north, round the edges of the map.
    fn moved(self, east: i64, north: i64) -> Cell {
        let mask = u64::MAX >> (64 - 2 * self.step);
        let shifted = |bits: u64, lane: u64, by: i64| {
            // The other lane is filled, so that a carry runs through it.
            let filled = (bits & lane) | (!lane & mask);
            match by {
                0 => bits & lane,
                1.. => filled.wrapping_add(lane & lane.wrapping_neg()) & lane & mask,
                _ => (bits & lane).wrapping_sub(lane & lane.wrapping_neg()) & lane & mask,
            }
        };
        Cell {
            bits: shifted(self.bits, ODD_BITS, east) | shifted(self.bits, EVEN_BITS, north),
            step: self.step,
        }
    }
}

impl Shape {
    /// The way from `centre` to `point` in metres, if the shape around it covers that.
    pub(super) fn reach(self, centre: Point, point: Point) -> Option<f64> {
        match self {
            Self::Circle { radius } => {
                let distance = centre.distance(point);
                (distance <= radius).then_some(distance)
            }
            Self::Box { width, height } => {
                let beside = Point {
                    longitude: centre.longitude,
                    latitude: point.latitude,
                };
                let is_inside = point.latitude_distance(centre) <= height / 2.0
                    && point.distance(beside) <= width / 2.0;
                is_inside.then(|| centre.distance(point))
            }
        }
    }

    /// The cells in which the shape around `centre` lies, in the order in which Redis looks there:
    /// the middle, then north, south, east, west, and the corners between.
    pub(super) fn cells(self, centre: Point) -> Vec<Cell> {
        let bounds = self.bounds(centre);
        let mut step = self.step(centre.latitude);
        let mut middle = centre.cell(step, LATITUDE_MAX);
        let falls_short = |middle: Cell| {
            let (north, south) = (middle.moved(0, 1).area(), middle.moved(0, -1).area());
            let (east, west) = (middle.moved(1, 0).area(), middle.moved(-1, 0).area());
            north.latitude.1 < bounds.latitude.1
                || south.latitude.0 > bounds.latitude.0
                || east.longitude.1 < bounds.longitude.1
                || west.longitude.0 > bounds.longitude.0
        };
        if step > 1 && falls_short(middle) {
            step -= 1;
            middle = centre.cell(step, LATITUDE_MAX);
        }
        let area = middle.area();
        // Towards a side that the middle covers there is nothing to look for.
        let leaves_out = |east: i64, north: i64| {
            step >= 2
                && ((north < 0 && area.latitude.0 < bounds.latitude.0)
                    || (north > 0 && area.latitude.1 > bounds.latitude.1)
                    || (east < 0 && area.longitude.0 < bounds.longitude.0)
                    || (east > 0 && area.longitude.1 > bounds.longitude.1))
        };
        let ways = [
            (0, 0),
            (0, 1),
            (0, -1),
            (1, 0),
            (-1, 0),
            (1, 1),
            (-1, 1),
            (1, -1),
            (-1, -1),
        ];
        let kept = ways
            .into_iter()
            .filter(|(east, north)| !leaves_out(*east, *north));
        let mut cells: Vec<Cell> = kept
            .map(|(east, north)| middle.moved(east, north))
            .collect();
        // Of large cells neighbours may be one and the same. The middle is never compared: as in
        // Redis, the first of the neighbours is looked at even if it is the middle again.
        let (first, rest) = cells.split_at(1);
        let (first, mut rest) = (first[0], rest.to_vec());
        rest.dedup();
        cells.clear();
        cells.push(first);
        cells.extend(rest);
        cells
    }

    /// The corners of a stretch of the map that holds the shape.
    fn bounds(self, centre: Point) -> Area {
        let (width, height) = match self {
            Self::Circle { radius } => (radius, radius),
            Self::Box { width, height } => (width / 2.0, height / 2.0),
        };
        let rise = degrees(height / EARTH_RADIUS);
        // Towards the pole a degree of longitude is shorter.
        let far = if centre.latitude < 0.0 {
            centre.latitude - rise
        } else {
            centre.latitude + rise
        };
        let turn = degrees(width / EARTH_RADIUS / libm::cos(radians(far)));
        Area {
            longitude: (centre.longitude - turn, centre.longitude + turn),
            latitude: (centre.latitude - rise, centre.latitude + rise),
        }
    }

    /// How fine a grid may be for nine cells to hold the shape, as a first guess.
    fn step(self, latitude: f64) -> u32 {
        let mut reach = match self {
            Self::Circle { radius } => radius,
            Self::Box { width, height } => {
                let (width, height) = (width / 2.0, height / 2.0);
                (width * width + height * height).sqrt()
            }
        };
        if reach <= 0.0 {
            return STEP_MAX;
        }
        let mut step: u32 = 1;
        while reach < MERCATOR_MAX {
            reach *= 2.0;
            step += 1;
        }
        // Room for what is near an edge, and towards the poles.
        let polar = u32::from(latitude.abs() > 66.0) + u32::from(latitude.abs() > 80.0);
        step.saturating_sub(2 + polar).clamp(1, STEP_MAX)
    }
}

fn radians(degrees: f64) -> f64 {
    degrees * (PI / 180.0)
}

fn degrees(radians: f64) -> f64 {
    radians / (PI / 180.0)
}

/// The bits of `number` at the even places.
fn spread(number: u32) -> u64 {
    let bit = |place: u32| u64::from(number >> place & 1) << (2 * place);
    (0..u32::BITS).map(bit).fold(0, |all, bit| all | bit)
}

/// The bits at the even places.
fn gather(bits: u64) -> u32 {
    let bit = |place: u32| u32::from(bits >> (2 * place) & 1 == 1) << place;
    (0..u32::BITS).map(bit).fold(0, |all, bit| all | bit)
}
