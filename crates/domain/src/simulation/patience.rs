//! How long customers would have waited who were answered: nobody saw it, so it is estimated from those who left.

/// The share of customers who are still there after a wait (Kaplan and Meier, 1958): who was answered counts as there
/// until then.
#[derive(Debug, Clone, Default)]
pub struct Patience {
    /// Seconds of wait after which so large a share is still there, falling.
    steps: Vec<(f64, f64)>,
}

/// Seconds of customers who outlast everybody that was seen to leave.
const OUTLASTS: f64 = 86_400.0;

impl Patience {
    /// From waits in seconds, each with whether the customer left then.
    pub fn learn(waits: impl IntoIterator<Item = (f64, bool)>) -> Self {
        let mut waits: Vec<(f64, bool)> = waits.into_iter().map(|(wait, left)| (wait.max(0.0), left)).collect();
        // Who left goes before who was answered at the same moment.
        waits.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let (mut there, mut share, mut steps) = (waits.len() as f64, 1.0, Vec::new());
        for (wait, left) in waits {
            if left {
                share *= 1.0 - 1.0 / there;
                steps.push((wait, share));
            }
            there -= 1.0;
        }
        Self { steps }
    }

    fn still_there(&self, wait: f64) -> f64 {
        let place = self.steps.partition_point(|(at, _)| *at <= wait);
        place.checked_sub(1).map_or(1.0, |place| self.steps[place].1)
    }

    /// How long somebody would have waited who was answered after `waited` seconds; `u` from 0 to 1 draws one of those
    /// who waited that long.
    pub fn beyond(&self, waited: f64, u: f64) -> f64 {
        if self.steps.last().is_none_or(|(last, _)| *last <= waited) {
            return OUTLASTS;
        }
        let level = self.still_there(waited) * u.clamp(0.0, 1.0);
        let later = self.steps.partition_point(|(_, share)| *share > level);
        self.steps.get(later).map_or(OUTLASTS, |(at, _)| at.max(waited))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_answered_would_have_waited_as_those_who_were_not() {
        let seen = Patience::learn([(10.0, true), (20.0, false), (30.0, true), (40.0, true)]);
        // A quarter left after 10 s; half of the rest who are still seen after 30 s, the others after 40 s.
        assert_eq!((seen.still_there(9.0), seen.still_there(10.0), seen.still_there(30.0)), (1.0, 0.75, 0.375));
        let asked = [(0.0, 0.9), (0.0, 0.5), (20.0, 0.9), (20.0, 0.1), (50.0, 0.5)];
        let drawn: Vec<f64> = asked.iter().map(|(at, u)| seen.beyond(*at, *u)).collect();
        assert_eq!(drawn, vec![10.0, 30.0, 30.0, 40.0, OUTLASTS], "nobody was seen to leave after 40 s");
        assert!(Patience::learn([(5.0, false)]).beyond(5.0, 0.5) >= OUTLASTS);
    }

    proptest::proptest! {
        #[test]
        fn nobody_leaves_before_they_were_answered(waits in proptest::collection::vec((0.0_f64..900.0, proptest::bool::ANY), 0..50),
                                                   waited in 0.0_f64..900.0, u in 0.0_f64..1.0) {
            let patience = Patience::learn(waits);
            proptest::prop_assert!(patience.beyond(waited, u) >= waited);
            proptest::prop_assert!(patience.beyond(waited, u) <= patience.beyond(waited, u / 2.0));
        }
    }
}
