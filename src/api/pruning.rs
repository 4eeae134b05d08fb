//! Which versions a prune keeps, and why: the rules, evaluated on what is known of each version.

use std::fmt;
use std::str::FromStr;

use glob::Pattern;
use jiff::Span;
use jiff::tz::TimeZone;

use super::timestamp::Timestamp;

/// For how long after its publish a version is kept, such as 30 days. A day has 24 hours; weeks,
/// months and years are the calendar's, in UTC.
#[derive(Debug, Clone)]
pub struct Age {
    text: String,
    span: Span,
}

impl Age {
    /// Returns the point in time that is this long before another; the earliest one there is if
    /// none is as early.
    fn before(&self, now: Timestamp) -> Timestamp {
        let now = i64::try_from(now.milliseconds()).ok();
        let now = now.and_then(|now| jiff::Timestamp::from_millisecond(now).ok());
        let earlier = now.and_then(|now| {
            let now = now.to_zoned_datetime(TimeZone::UTC);
            now.checked_sub(self.span).ok()
        });
        let earlier = earlier.map_or(0, |earlier| earlier.timestamp().as_millisecond());
        Timestamp::from_milliseconds(u64::try_from(earlier).unwrap_or(0))
    }
}

impl FromStr for Age {
    type Err = String;

    /// Takes what jiff reads as a span: `30d`, `12h`, `2w`, `1mo 15d`, `P30D`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let span: Span = text
            .parse()
            .map_err(|error| format!("no duration such as 30d, 12h or 2w: {error}"))?;
        if !span.is_positive() {
            return Err("a duration longer than nothing is needed, such as 30d".to_owned());
        }
        Ok(Self {
            text: text.to_owned(),
            span,
        })
    }
}

impl fmt::Display for Age {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// The rules of a prune: a version stays if any of them keeps it.
#[derive(Debug, Clone, Default)]
pub struct KeepRules {
    /// So many versions stay, those with the highest numbers.
    pub last: Option<usize>,
    /// Versions stay that were published within this time.
    pub within: Option<Age>,
    /// Versions stay whose description matches one of these.
    pub matching: Vec<Pattern>,
}

/// A version that a prune is about.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its number.
    pub number: u64,
    /// When it was published; `None` if no line of the history that can be read made it.
    pub published: Option<Timestamp>,
    /// Its description, or what is wrong with the version.
    pub description: Result<String, String>,
    /// The size of its package in bytes, 0 if there is none.
    pub code_size: u64,
    /// The names of the aliases that point to it, with their weights, too.
    pub aliases: Vec<String>,
}

/// Why a version stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Aliases point to it.
    Aliases(Vec<String>),
    /// It is among the last ones.
    Last,
    /// It was published within the time given.
    Within,
    /// Its description matches this pattern.
    Matching(String),
    /// When it was published is not known, and the rules ask for it.
    UnknownAge,
    /// It cannot be read, so that no rule may remove it.
    Broken(String),
}

impl KeepRules {
    /// Returns for each version why it stays; one without a reason goes. The versions are given by
    /// number, ascending.
    pub fn reasons(&self, versions: &[Candidate], now: Timestamp) -> Vec<Vec<Reason>> {
        let since = self.within.as_ref().map(|age| age.before(now));
        let first_of_last = versions.len().saturating_sub(self.last.unwrap_or(0));
        let reasons = |(index, version): (usize, &Candidate)| {
            let mut reasons = Vec::new();
            if !version.aliases.is_empty() {
                reasons.push(Reason::Aliases(version.aliases.clone()));
            }
            if index >= first_of_last {
                reasons.push(Reason::Last);
            }
            match (since, version.published) {
                (Some(since), Some(published)) if published >= since => {
                    reasons.push(Reason::Within);
                }
                (Some(_), None) => reasons.push(Reason::UnknownAge),
                _ => {}
            }
            match &version.description {
                Ok(description) => {
                    let found = self.matching.iter().find(|glob| glob.matches(description));
                    reasons.extend(found.map(|glob| Reason::Matching(glob.as_str().to_owned())));
                }
                Err(problem) => reasons.push(Reason::Broken(problem.clone())),
            }
            reasons
        };
        versions.iter().enumerate().map(reasons).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400_000;
    const NOW: u64 = 20_000 * DAY;

    /// A version that was published so many days ago.
    fn version(number: u64, days: u64) -> Candidate {
        Candidate {
            number,
            published: Some(Timestamp::from_milliseconds(NOW - days * DAY)),
            description: Ok(String::new()),
            code_size: 10,
            aliases: Vec::new(),
        }
    }

    fn evaluated(rules: &KeepRules, versions: &[Candidate]) -> Vec<Vec<Reason>> {
        rules.reasons(versions, Timestamp::from_milliseconds(NOW))
    }

    fn age(text: &str) -> Age {
        text.parse().unwrap()
    }

    #[test]
    fn without_a_rule_that_keeps_it_a_version_goes() {
        let rules = KeepRules::default();
        assert_eq!(evaluated(&rules, &[version(1, 0)]), [[]]);
        assert_eq!(evaluated(&rules, &[]), Vec::<Vec<Reason>>::new());
    }

    #[test]
    fn the_last_ones_are_those_with_the_highest_numbers_whatever_is_missing_between() {
        let versions = [1, 5, 9].map(|number| version(number, 0));
        for (last, kept) in [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3), (usize::MAX, 3)] {
            let rules = KeepRules {
                last: Some(last),
                ..KeepRules::default()
            };
            let reasons = evaluated(&rules, &versions);
            let expected: Vec<Vec<Reason>> = (0..3)
                .map(|index| {
                    if index >= 3 - kept {
                        vec![Reason::Last]
                    } else {
                        vec![]
                    }
                })
                .collect();
            assert_eq!(reasons, expected, "--keep-last {last}");
        }
    }

    #[test]
    fn what_was_published_exactly_as_long_ago_is_within_the_time() {
        let rules = KeepRules {
            within: Some(age("30d")),
            ..KeepRules::default()
        };
        let mut younger = version(3, 30);
        younger.published = Some(Timestamp::from_milliseconds(NOW - 30 * DAY - 1));
        let from_the_future = Candidate {
            published: Some(Timestamp::from_milliseconds(NOW + DAY)),
            ..version(4, 0)
        };
        let versions = [version(1, 31), version(2, 30), younger, from_the_future];
        assert_eq!(
            evaluated(&rules, &versions),
            [vec![], vec![Reason::Within], vec![], vec![Reason::Within]]
        );
    }

    #[test]
    fn an_unknown_age_keeps_a_version_where_the_age_is_asked_for() {
        let unknown = Candidate {
            published: None,
            ..version(1, 0)
        };
        let mut rules = KeepRules {
            last: Some(0),
            ..KeepRules::default()
        };
        assert_eq!(evaluated(&rules, std::slice::from_ref(&unknown)), [[]]);
        rules.within = Some(age("1h"));
        assert_eq!(evaluated(&rules, &[unknown]), [[Reason::UnknownAge]]);
    }

    #[test]
    fn the_whole_description_matches_one_of_the_patterns() {
        let rules = KeepRules {
            matching: ["release-*", "v[0-9]/?", "*\n*"]
                .map(|glob| Pattern::new(glob).unwrap())
                .to_vec(),
            ..KeepRules::default()
        };
        for (description, kept) in [
            ("release-7", Some("release-*")),
            ("release-", Some("release-*")),
            ("release-a/b", Some("release-*")),
            ("a release-7", None),
            ("Release-7", None),
            ("v1/x", Some("v[0-9]/?")),
            ("two\nlines", Some("*\n*")),
            ("", None),
        ] {
            let version = Candidate {
                description: Ok(description.to_owned()),
                ..version(1, 0)
            };
            let expected: Vec<Reason> = kept
                .map(|glob| Reason::Matching(glob.to_owned()))
                .into_iter()
                .collect();
            assert_eq!(evaluated(&rules, &[version]), [expected], "{description}");
        }
    }

    #[test]
    fn aliases_and_damage_keep_a_version_whatever_the_rules_say_and_all_reasons_are_told() {
        let rules = KeepRules {
            last: Some(1),
            within: Some(age("2w")),
            matching: vec![Pattern::new("*").unwrap()],
        };
        let pointed_at = Candidate {
            aliases: vec!["canary".to_owned(), "live".to_owned()],
            ..version(1, 0)
        };
        let broken = Candidate {
            description: Err("no JSON".to_owned()),
            ..version(2, 400)
        };
        assert_eq!(
            evaluated(&rules, &[pointed_at.clone(), broken.clone()]),
            [
                vec![
                    Reason::Aliases(pointed_at.aliases.clone()),
                    Reason::Within,
                    Reason::Matching("*".to_owned()),
                ],
                vec![Reason::Last, Reason::Broken("no JSON".to_owned())],
            ]
        );
        let nothing_kept = KeepRules::default();
        assert_eq!(
            evaluated(&nothing_kept, &[pointed_at.clone(), broken]),
            [
                [Reason::Aliases(pointed_at.aliases)],
                [Reason::Broken("no JSON".to_owned())],
            ]
        );
    }

    #[test]
    fn ages_are_durations_longer_than_nothing() {
        let now = Timestamp::from_milliseconds(NOW);
        for (text, milliseconds) in [
            ("30d", 30 * DAY),
            ("12h", DAY / 2),
            ("2w", 14 * DAY),
            ("1d 12h", 3 * DAY / 2),
            ("P1D", DAY),
        ] {
            let since = age(text).before(now);
            assert_eq!(since.milliseconds(), NOW - milliseconds, "{text}");
        }
        for wrong in ["", "30", "d", "30 apples", "0d", "-3d", "3d ago"] {
            let problem = wrong.parse::<Age>().unwrap_err();
            assert!(problem.contains("30d"), "{wrong}: {problem}");
        }
    }

    #[test]
    fn an_age_longer_than_time_keeps_everything_of_known_age() {
        let rules = KeepRules {
            within: Some(age("19998y")),
            ..KeepRules::default()
        };
        assert_eq!(evaluated(&rules, &[version(1, 19_000)]), [[Reason::Within]]);
    }
}
