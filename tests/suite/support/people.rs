//! A small cast of people, an event and a pod, with ids that can be read.

use uuid::Uuid;

/// The id of the person, event or pod with this letter.
pub fn id(letter: char) -> Uuid {
    Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0000 | u128::from(u32::from(letter)))
}

/// SQL for the tables' owner: an event made by `a`, with `a` and `b` as members, and a pod with both.
pub const TWO_IN_A_POD: &str = "
    INSERT INTO profiles (id, display_name) VALUES
      ('00000000-0000-7000-8000-000000000061', 'Ada'), ('00000000-0000-7000-8000-000000000062', 'Ben');
    INSERT INTO events (id, slug, artist, city, venue, date_utc, created_by) VALUES
      ('00000000-0000-7000-8000-000000000065', 'the-event', 'Artist', 'City', 'Venue', now(),
       '00000000-0000-7000-8000-000000000061');
    INSERT INTO event_members (event_id, user_id) VALUES
      ('00000000-0000-7000-8000-000000000065', '00000000-0000-7000-8000-000000000061'),
      ('00000000-0000-7000-8000-000000000065', '00000000-0000-7000-8000-000000000062');
    SELECT podium.pod_open('00000000-0000-7000-8000-000000000070', '00000000-0000-7000-8000-000000000065',
      '00000000-0000-7000-8000-000000000061', 'Crew', 'open');
    SELECT podium.pod_join('00000000-0000-7000-8000-000000000070', '00000000-0000-7000-8000-000000000062');
";
