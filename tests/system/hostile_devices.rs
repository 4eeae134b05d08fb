//! Devices in a store, which root alone can make: none of them is read from or written to.

use crate::support::planted::{PLACES, Plant, meets_every_command, prepared};
use crate::support::sample;

#[test]
fn devices_are_neither_read_nor_written() {
    assert!(
        rustix::process::getuid().is_root(),
        "devices are made by root alone: run this test as root"
    );
    let prepared = prepared();
    let mut points: Vec<(&str, Plant)> = Vec::new();
    for place in PLACES {
        // Of zeros without end, and of one that is always full.
        points.extend([(1, 5), (1, 7)].map(|(major, minor)| (place, Plant::Device(major, minor))));
    }
    for (place, plant) in sample::of_met("devices in a store", points) {
        meets_every_command(&prepared, place, plant);
    }
}

#[test]
fn what_is_no_regular_file_is_no_lock() {
    for place in [".usage", ".usage.lock", "hello/.lock"] {
        for plant in [Plant::Fifo, Plant::Device(1, 5), Plant::Device(1, 7)] {
            let planted = crate::support::planted::Planted::new(&prepared(), place, plant);
            let update = ["update-function-code", "--function-name", "hello"];
            let ran = planted.run(&[&update[..], &["--zip-file", "updated.zip"]].concat());
            let message = ran.failed_with("ServiceException", "UpdateFunctionCode");
            let named = planted.store.join(place).display().to_string();
            crate::support::says(message, &[&named, "a regular file belongs here"]);
        }
    }
}
