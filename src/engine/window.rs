//! Windows: processes advance alone up to a horizon, then exchange what they sent.

use crate::engine::parallel::Workers;
use crate::time::{SimDuration, SimTime};

/// A logical process: state that nothing outside can reach but by messages.
pub trait Process: Send {
    /// What processes send one another. A parcel knows its arrival time.
    type Parcel: Send;

    /// When the next event of this process is due; [`SimTime::MAX`] when it has none.
    fn next_at(&self) -> SimTime;

    /// Handles every event before `horizon`.
    fn advance(&mut self, horizon: SimTime);

    /// Makes what was sent since the last exchange ready for it: what is done once for a whole
    /// window rather than for each parcel.
    fn seal(&mut self);

    /// What was sent to process `target` since the last exchange and sealed, in sending order.
    fn outbox(&mut self, target: usize) -> &mut Vec<Self::Parcel>;

    /// Takes in what process `source` sent. Leaves `parcels` empty, its storage kept.
    fn accept(&mut self, source: usize, parcels: &mut Vec<Self::Parcel>);
}

/// The processes of one run, and the time they have all reached.
#[derive(Debug)]
pub struct Windows<P> {
    processes: Vec<P>,
    workers: Workers,
    now: SimTime,
    windows: u64,
}

impl<P: Process> Windows<P> {
    /// Processes at time zero, to be advanced by so many threads.
    pub fn new(processes: Vec<P>, threads: usize) -> Self {
        Self {
            processes,
            workers: Workers::new(threads),
            now: SimTime::ZERO,
            windows: 0,
        }
    }

    /// The processes.
    pub fn processes(&self) -> &[P] {
        &self.processes
    }

    /// The processes, to be changed at a control instant.
    pub fn processes_mut(&mut self) -> &mut [P] {
        &mut self.processes
    }

    /// What all processes have reached: everything before it is done, nothing at it.
    pub fn now(&self) -> SimTime {
        self.now
    }

    /// How many windows it took.
    pub fn windows(&self) -> u64 {
        self.windows
    }

    /// Advances all processes to `end`: every event before it is handled.
    ///
    /// `lookahead` is the least time any message takes. Empty stretches are skipped: a window
    /// starts at the first event of all.
    ///
    /// # Panics
    /// When `lookahead` is zero: two processes could then affect one another at once.
    pub fn run_until(&mut self, end: SimTime, lookahead: SimDuration) {
        assert!(
            lookahead > SimDuration::ZERO,
            "messages between processes take time"
        );
        loop {
            let first = self
                .processes
                .iter()
                .map(P::next_at)
                .min()
                .unwrap_or(SimTime::MAX);
            if first >= end {
                break;
            }
            let horizon = (first + lookahead).min(end);
            self.workers.each(&mut self.processes, |process| {
                process.advance(horizon);
                process.seal();
            });
            self.exchange();
            self.windows += 1;
        }
        self.now = self.now.max(end);
    }

    /// Hands over what was sent, by source and then target. Also after a control instant, as what
    /// is done there may send.
    pub fn exchange(&mut self) {
        for source in 0..self.processes.len() {
            self.processes[source].seal();
            for target in 0..self.processes.len() {
                if self.processes[source].outbox(target).is_empty() {
                    continue;
                }
                let mut parcels = std::mem::take(self.processes[source].outbox(target));
                self.processes[target].accept(source, &mut parcels);
                assert!(parcels.is_empty(), "an accepted parcel is taken");
                *self.processes[source].outbox(target) = parcels;
            }
        }
    }
}
