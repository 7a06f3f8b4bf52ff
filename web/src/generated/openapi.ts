// Made of `podium document openapi` by scripts/types.mjs: run `make types`, and change nothing by hand.

export interface paths {
    "/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in
         * @description An unknown address and a wrong password have the same answer.
         */
        post: operations["post_auth_login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign out
         * @description Ends the device's refresh and access tokens, and its sockets.
         */
        post: operations["post_auth_logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Renew the tokens of a device
         * @description Each refresh token works once; its successor is in the answer. If the answer is lost, or two tabs refresh at the
         *     same moment, the same token is answered again for 30 seconds (15 minutes if the new access token was never used),
         *     with the same successor. Any other used token signs the device out, since it may have been stolen.
         */
        post: operations["post_auth_refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign up
         * @description Makes a profile and an account, signs the device in, and mails a link to confirm the address. The account works
         *     before it is confirmed.
         */
        post: operations["post_auth_register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mail a link to choose a new password
         * @description The answer is the same whether the address has an account or not. At most three are mailed to an address in 15
         *     minutes; the answer does not show it. The mail's language is that of `POST /v1/auth/verify/resend`.
         */
        post: operations["post_auth_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/reset/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Choose a new password
         * @description Takes the token of a mailed link, which works once. Signs out every device.
         */
        post: operations["post_auth_reset_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirm an e-mail address */
        post: operations["post_auth_verify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/verify/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mail another link to confirm the caller's address
         * @description Nothing is mailed if the address is confirmed, or the caller has no account here. The mail is in the profile's
         *     `language`, else in the one that `Accept-Language` prefers, else in English.
         */
        post: operations["post_auth_verify_resend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/badges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the badges
         * @description A member of an event wears at most five of them. Needs no token.
         */
        get: operations["get_badges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/comments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a comment
         * @description For its author, the event's creator, hosts and moderators. The request is safe to repeat.
         */
        delete: operations["delete_comments_id"];
        options?: never;
        head?: never;
        /**
         * Change a comment
         * @description For its author. `edited_at` is when the text was last changed. With an `op` the request is safe to repeat.
         */
        patch: operations["patch_comments_id"];
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find events
         * @description In order of date, or with `q` the best matches first. Needs no token.
         */
        get: operations["get_events"];
        put?: never;
        /**
         * Create an event
         * @description With an `id` of the client's choice the request is safe to repeat: the answer is the same event, with 200. The same
         *     artist in the same venue on the same day of the event's `time_zone` (or of UTC) is one event: join that one. Case,
         *     accents, and the forms of spaces, apostrophes, quotation marks and dashes do not matter. Cancelled events do not
         *     count.
         */
        post: operations["post_events"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an event
         * @description By its id or its slug, with the numbers of its members, open pods and free seats. Needs no token.
         */
        get: operations["get_events_id"];
        put?: never;
        post?: never;
        /**
         * Delete an event
         * @description For its maker, as long as nobody else has joined, since deleting an event deletes its pods. Afterwards it can be
         *     cancelled.
         */
        delete: operations["delete_events_id"];
        options?: never;
        head?: never;
        /**
         * Change or cancel an event
         * @description For its maker. Absent fields stay as they are; `"cancelled": true` cancels it.
         */
        patch: operations["patch_events_id"];
        trace?: never;
    };
    "/v1/events/{id}.ics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an event for a calendar
         * @description By its id or its slug, in the format of RFC 5545. Times are in the event's zone. Needs no token.
         */
        get: operations["get_events_id_ics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}/hosts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List an event's hosts
         * @description For its members and its maker, in the order in which they joined. All of them, on one page. Hosts who hide are listed
         *     to themselves and to the maker only.
         */
        get: operations["get_events_id_hosts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}/hosts/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Make a member a host
         * @description For the event's maker. Hosts set the meet point, and remove what members post. The request is safe to repeat.
         */
        put: operations["put_events_id_hosts_user_id"];
        post?: never;
        /**
         * Make a host a plain member again
         * @description For the event's maker. The request is safe to repeat. A host who leaves the event loses the role, too.
         */
        delete: operations["delete_events_id_hosts_user_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}/meet-point": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the meet point
         * @description For the event's members, its hosts and its maker; for everybody, also without a token, if the event's
         *     `meet_point_public` is true.
         */
        get: operations["get_events_id_meet_point"];
        /**
         * Set or change the meet point
         * @description For the event's maker and its hosts. The body is the whole meet point. Without `If-Match` it sets the meet point of an
         *     event that has none. To change one, send the `ETag` of the version that you have read as `If-Match`: if another person
         *     has changed it meanwhile, nothing is done.
         */
        put: operations["put_events_id_meet_point"];
        post?: never;
        /**
         * Remove the meet point
         * @description For the event's maker and its hosts, and for moderators. With `If-Match` only if it still has that version.
         */
        delete: operations["delete_events_id_meet_point"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List an event's members
         * @description For its members, in the order in which they joined. Hidden members are listed only to themselves.
         */
        get: operations["get_events_id_members"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}/members/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Join an event
         * @description Or change the membership. The request is safe to repeat. The body is the whole membership: absent fields have their
         *     defaults.
         */
        put: operations["put_events_id_members_me"];
        post?: never;
        /**
         * Leave an event
         * @description And all its pods.
         */
        delete: operations["delete_events_id_members_me"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}/members/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Admit a person
         * @description The event's maker or a host lets a person who is barred join the event again. The request is safe to repeat.
         */
        put: operations["put_events_id_members_user_id"];
        post?: never;
        /**
         * Bar a person
         * @description For the event's maker and its hosts. The person, a member or not, is taken out of the event and all its pods, and
         *     cannot join again until admitted, by an invitation neither. Hosts cannot bar the maker and other hosts. With the
         *     caller's own id, the same as leaving. The request is safe to repeat.
         */
        delete: operations["delete_events_id_members_user_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}/memorabilia/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get one's memorabilia of an event
         * @description The caller's own, which nobody else can read; also after the caller has left the event.
         */
        get: operations["get_events_id_memorabilia_me"];
        /**
         * Keep memorabilia of an event
         * @description For its members, before, during and after it. The body is the whole: absent fields are empty. The request is safe to
         *     repeat.
         */
        put: operations["put_events_id_memorabilia_me"];
        post?: never;
        /**
         * Delete one's memorabilia of an event
         * @description Also after the caller has left the event.
         */
        delete: operations["delete_events_id_memorabilia_me"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}/pods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An event's pods
         * @description For its members: the pods that are not closed, with their free seats.
         */
        get: operations["get_events_id_pods"];
        put?: never;
        /**
         * Open a pod
         * @description For the event's members. The creator takes seat 1 and owns the pod. With an `id` of the client's own, the request
         *     can be repeated: the response contains the same pod, with status 200.
         */
        post: operations["post_events_id_pods"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}/posts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An event's posts
         * @description The newest first, for the event's members, its maker, and moderators.
         */
        get: operations["get_events_id_posts"];
        put?: never;
        /**
         * Post something
         * @description For the event's members. With an `id` of the client's own it is safe to repeat the request: the answer is the same
         *     post, with 200.
         */
        post: operations["post_events_id_posts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invites/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at an invitation
         * @description What the link leads to, before accepting it. Needs no token.
         */
        get: operations["get_invites_code"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invites/{code}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept an invitation
         * @description Joins the event and takes a seat in the pod, in one step. A member is answered their seat, and the link is not used.
         */
        post: operations["post_invites_code_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the caller's profile
         * @description The first request of a new `sub` creates it, with the name and address that the token carries.
         */
        get: operations["get_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change the caller's profile
         * @description Absent fields stay as they are; `null` clears an address or the language.
         */
        patch: operations["patch_me"];
        trace?: never;
    };
    "/v1/me/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the caller's events
         * @description The events of which the caller is a member, the latest first.
         */
        get: operations["get_me_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/memorabilia": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List one's memorabilia
         * @description The caller's own of all events, the newest first, each with its event.
         */
        get: operations["get_me_memorabilia"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/pods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the caller's pods
         * @description The newest activity first, each with its last message, unread count, members, and the caller's flags.
         */
        get: operations["get_me_pods"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/pods/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Pin a pod, or mark it as unread
         * @description For its members, each for themselves. Absent fields stay as they are. A mark as unread ends when it is removed, or
         *     when the caller reads something new. The caller's other devices receive `pod:marked`.
         */
        patch: operations["patch_me_pods_id"];
        trace?: never;
    };
    "/v1/me/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find messages
         * @description In the caller's pods, since they came there; the newest first. Deleted messages are not found. A page ends after
         *     some 20,000 messages, however few of them match: go on with `next` as long as there is one, also after a page
         *     without items.
         */
        get: operations["get_me_search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the devices that are signed in
         * @description The one last used first, at most 100, in one page. Tokens of an outside issuer have no sessions here.
         */
        get: operations["get_me_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Sign a device out
         * @description Ends its refresh and access tokens, and its sockets.
         */
        delete: operations["delete_me_sessions_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pods/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a pod
         * @description The event's members see its name and free seats; its own members also see the members.
         */
        get: operations["get_pods_id"];
        put?: never;
        post?: never;
        /**
         * Close a pod
         * @description For its owner. All memberships end.
         */
        delete: operations["delete_pods_id"];
        options?: never;
        head?: never;
        /**
         * Change a pod
         * @description For its owner.
         */
        patch: operations["patch_pods_id"];
        trace?: never;
    };
    "/v1/pods/{id}/invites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a pod's invitations
         * @description For its members, the newest first, including those that cannot be accepted any more.
         */
        get: operations["get_pods_id_invites"];
        put?: never;
        /**
         * Make an invitation
         * @description For the pod's members. By the link people join event and pod, also if the pod is by invitation only. With an `id` of
         *     the client's choice the request is safe to repeat: the answer is the same link, with 200.
         */
        post: operations["post_pods_id_invites"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pods/{id}/invites/{invite_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an invitation
         * @description For its maker, even after leaving the pod, and for the pod's owner. People who have accepted it stay.
         */
        delete: operations["delete_pods_id_invites_invite_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pods/{id}/members/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Take a seat in a pod
         * @description For the members of its event. If the caller has a seat already, the response contains it.
         */
        put: operations["put_pods_id_members_me"];
        post?: never;
        /**
         * Leave a pod
         * @description If the owner leaves, the longest-standing member becomes the owner. When the last member leaves, the pod is closed.
         */
        delete: operations["delete_pods_id_members_me"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pods/{id}/members/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Admit a person
         * @description The owner lets a person take a seat: in a pod that is by invitation only, or one who is barred.
         */
        put: operations["put_pods_id_members_user_id"];
        post?: never;
        /**
         * Bar a person
         * @description For the owner. The person, a member or not, loses the seat and cannot come back until admitted, by an invitation
         *     neither. With the caller's own id, the same as leaving. The request is safe to repeat.
         */
        delete: operations["delete_pods_id_members_user_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pods/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A pod's messages
         * @description For its members, since they joined, in ascending order. Without `before` and `after`, the newest ones. While `more`
         *     is true, request the next page with `next`: as `after` if this request had one, else as `before`.
         */
        get: operations["get_pods_id_messages"];
        put?: never;
        /**
         * Send a message
         * @description The response comes after the message is stored. With an `id` of the client's own, the request can be repeated at any
         *     time: the response then contains the first outcome, with status 200.
         */
        post: operations["post_pods_id_messages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pods/{id}/messages/{message_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a message
         * @description For its author. Text, mentions and reactions are erased; the message stays in the log with `deleted_at`.
         */
        delete: operations["delete_pods_id_messages_message_id"];
        options?: never;
        head?: never;
        /**
         * Edit a message
         * @description For its author. All members receive the change. `seq` in the response is the message's new `changed_seq`, or the
         *     current one if text and mentions are the same. `edited_at` is when the text was last changed.
         */
        patch: operations["patch_pods_id_messages_message_id"];
        trace?: never;
    };
    "/v1/pods/{id}/messages/{message_id}/reactions/{emoji}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * React to a message
         * @description For the pod's members, with one emoji. A person can add each emoji once; a message has at most 20 different ones. ❤
         *     and ❤️ are one emoji, stored as ❤️.
         */
        put: operations["put_pods_id_messages_message_id_reactions_emoji"];
        post?: never;
        /**
         * Remove a reaction
         * @description One's own. Removing a reaction that does not exist is not an error.
         */
        delete: operations["delete_pods_id_messages_message_id_reactions_emoji"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pods/{id}/owner": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Hand a pod over
         * @description The owner makes another member the owner. Idempotent.
         */
        put: operations["put_pods_id_owner"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pods/{id}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set the read mark
         * @description The mark never moves back, and never above the head. Marks are written in groups, so the response may take half a
         *     second.
         */
        put: operations["put_pods_id_read"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/posts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a post
         * @description For the event's members, its maker, and moderators; for its author also after leaving the event.
         */
        get: operations["get_posts_id"];
        put?: never;
        post?: never;
        /**
         * Delete a post
         * @description For its author, the event's maker and hosts, and moderators. Its votes, taps, comments and reactions go with it.
         */
        delete: operations["delete_posts_id"];
        options?: never;
        head?: never;
        /**
         * Change a post
         * @description For its author. The whole content is replaced. After the first vote in a poll, `closes_at` alone may change, and
         *     nothing once it is closed. With an `op` of the client's own it is safe to repeat the request.
         */
        patch: operations["patch_posts_id"];
        trace?: never;
    };
    "/v1/posts/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Close a poll
         * @description For its author, the event's maker and hosts, and moderators. Its tally is final then. For a closed poll the answer is the
         *     same.
         */
        post: operations["post_posts_id_close"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/posts/{id}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a post's comments
         * @description For members of the event, its creator and moderators, the oldest first.
         */
        get: operations["get_posts_id_comments"];
        put?: never;
        /**
         * Comment on a post
         * @description For members of the event. With an `id` of the client's choice the request is safe to repeat: the answer is the same
         *     comment, with 200.
         */
        post: operations["post_posts_id_comments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/posts/{id}/hype/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Tap on hype
         * @description For the event's members, on posts of the kind `hype`. Each device sends the total of its own taps, so it is safe to repeat
         *     the request, and several devices of a person all count. A person may tap 20 times a second on a post, and 40 times at
         *     once: if `accepted` is less than `total`, the device sends its total again after `retry_after_ms`. A total below the
         *     accepted one changes nothing. A person may tap with 8 devices on a post.
         */
        put: operations["put_posts_id_hype_me"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/posts/{id}/reactions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List who reacted to a post
         * @description For members of the event, its creator and moderators. Ordered by emoji, and those of one emoji from the oldest on.
         */
        get: operations["get_posts_id_reactions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/posts/{id}/reactions/{emoji}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * React to a post
         * @description For members of the event, with one emoji. A person can add each emoji once; a post has at most 20 different ones. ❤
         *     and ❤️ are one emoji, stored as ❤️. The request is safe to repeat.
         */
        put: operations["put_posts_id_reactions_emoji"];
        post?: never;
        /**
         * Take back a reaction to a post
         * @description One's own. Taking back a reaction that does not exist is not an error.
         */
        delete: operations["delete_posts_id_reactions_emoji"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/posts/{id}/votes/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Vote in a poll
         * @description For the event's members, until the poll is closed. Replaces one's earlier vote; the same vote again changes nothing, so
         *     it is safe to repeat the request. Nobody else learns what one voted. The vote stays if one leaves the event.
         */
        put: operations["put_posts_id_votes_me"];
        post?: never;
        /**
         * Withdraw a vote
         * @description Until the poll is closed. Without a vote it changes nothing.
         */
        delete: operations["delete_posts_id_votes_me"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/profiles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read several profiles
         * @description Each as in `GET /v1/profiles/{id}`, in no order. Profiles that the caller may not see are left out. Use it for a
         *     page of a log, which may name people who have left.
         */
        get: operations["get_profiles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/profiles/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a profile
         * @description The caller must share an event with the person; `ig_url` is null unless they reveal it.
         */
        get: operations["get_profiles_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The place that the caller has joined. */
        Accepted: {
            /**
             * Format: uuid
             * @description The event.
             */
            event_id: string;
            /**
             * Format: uuid
             * @description The pod.
             */
            pod_id: string;
            /**
             * Format: int32
             * @description The caller's seat, from 1.
             */
            seat: number;
        };
        /** @description The reply to a change of a message. */
        Amended: {
            /**
             * Format: uuid
             * @description The message's id.
             */
            id: string;
            /**
             * Format: int64
             * @description The new `changed_seq`. If nothing changed, the one that the message has.
             */
            seq: number;
        };
        /** @description A person as the author of something that others read. */
        Author: {
            /** @description The address of the picture. */
            avatar_url: string | null;
            /** @description The person's name; empty for a moderator who shares no event with them. */
            display_name: string;
            /**
             * Format: uuid
             * @description The profile's id.
             */
            id: string;
        };
        /** @description A badge. */
        Badge: {
            /** @description Its emoji. */
            emoji: string;
            /** @description Its key, which never changes. */
            key: string;
            /** @description Its English name. */
            label: string;
        };
        /** @description A badge in a request: its key, or an object of the list, of which only the key is read. */
        BadgeName: string | components["schemas"]["NamedBadge"];
        /**
         * @description The content of a post in a request. `text` and `hype` have `text`; `poll` has `question` and `options`, and may have
         *     `mode`, `closes_at` and `results`. Fields of another kind are refused.
         */
        BodyInput: {
            /**
             * Format: date-time
             * @description The time at which a poll closes by itself, in the future and within 366 days; absent if it does not.
             */
            closes_at?: string | null;
            mode?: components["schemas"]["PollMode"] | null;
            /** @description The options of a poll: 2 to 10 lines of 1 to 100 characters that people can tell apart. */
            options?: string[] | null;
            /** @description The question of a poll: one line of 1 to 300 characters. */
            question?: string | null;
            results?: components["schemas"]["PollResults"] | null;
            /** @description The text of the kind `text`, 1 to 2000 characters with line breaks, or of `hype`, one line of 1 to 200. */
            text?: string | null;
        };
        /**
         * @description The machine-readable reason of a refusal. Clients depend on these names.
         * @enum {string}
         */
        Code: "malformed" | "unauthorized" | "forbidden" | "unconfirmed" | "not_member" | "not_found" | "method_not_allowed" | "unmatched_topic" | "unknown_event" | "conflict" | "pod_full" | "poll_closed" | "precondition_failed" | "precondition_required" | "too_large" | "unsupported_type" | "invalid" | "rate_limited" | "overloaded" | "unavailable" | "internal";
        /** @description A comment on a post. */
        Comment: {
            /** @description The author. */
            author: components["schemas"]["Author"];
            /**
             * Format: date-time
             * @description When it was written.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When the author last changed it; null if never.
             */
            edited_at: string | null;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * Format: uuid
             * @description The post.
             */
            post_id: string;
            /** @description The text, which may have several lines. */
            text: string;
        };
        /** @description A change of a comment. */
        CommentChange: {
            /**
             * Format: uuid
             * @description The client's own id of this change, which makes it safe to repeat the request: a repeat changes nothing, also
             *     when another change came in between.
             */
            op?: string | null;
            /** @description 1 to 1,000 characters, at least one of them visible. Line breaks are allowed. */
            text: string;
        };
        /** @description An event with its counts. */
        CountedEvent: components["schemas"]["Event"] & components["schemas"]["Counts"];
        /** @description The public counts of an event. */
        Counts: {
            /**
             * Format: int64
             * @description The number of free seats in those pods.
             */
            free_seats: number;
            /**
             * Format: int64
             * @description The number of members, including hidden ones.
             */
            going: number;
            /**
             * Format: int64
             * @description The number of pods that any member of the event may join, whether they are full or not.
             */
            open_pods: number;
        };
        /** @description A person who signs in. */
        Credentials: {
            /**
             * @description The `device` of earlier answers on the same device, for whichever accounts; the first eight are looked at. With
             *     that of this account, wrong passwords that others send from the same network do not count.
             */
            devices?: string[];
            /** @description The account's address. */
            email: string;
            /** @description Its password. */
            password: string;
        };
        /** @description A new text or new mentions for a message. */
        EditBody: {
            /**
             * @description The mentioned members from now on, at most 20; unchanged if absent. Members who are mentioned already may have
             *     left.
             */
            mentions?: string[] | null;
            /**
             * Format: uuid
             * @description The client's own id of this change, which makes the request idempotent.
             */
            op?: string | null;
            /** @description 1 to 4,000 characters, at least one of them visible. */
            text: string;
        };
        /** @description An event. */
        Event: {
            /** @description The artist who plays. */
            artist: string;
            /**
             * Format: date-time
             * @description When it was cancelled; null if it is not.
             */
            cancelled_at: string | null;
            /** @description The city. */
            city: string;
            /**
             * Format: uuid
             * @description The person who made it.
             */
            created_by: string;
            /**
             * Format: date-time
             * @description When it starts.
             */
            date_utc: string;
            /**
             * Format: date-time
             * @description When it ends; null if not known, then the event lasts 12 hours.
             */
            ends_at: string | null;
            /**
             * Format: uuid
             * @description The event's id.
             */
            id: string;
            /** @description Whether everybody may read the event's meet point, and not its members alone. */
            meet_point_public: boolean;
            /** @description Its name in URLs, which `GET /v1/events/{id}` takes in place of the id. */
            slug: string;
            /** @description The IANA name of its time zone, in which its times and its day are shown; UTC if null. */
            time_zone: string | null;
            /** @description The venue. */
            venue: string;
        };
        /** @description A change to an event. What is absent stays; `null` clears `time_zone` or `ends_at`. */
        EventChange: {
            /** @description The artist: one line of 1 to 200 characters. */
            artist?: string | null;
            /** @description True cancels the event, false undoes that. */
            cancelled?: boolean | null;
            /** @description The city: one line of 1 to 200 characters. */
            city?: string | null;
            /**
             * Format: date-time
             * @description When it starts.
             */
            date_utc?: string | null;
            /**
             * Format: date-time
             * @description When it ends: not before `date_utc`, and at most 31 days after it, or null.
             */
            ends_at?: string | null;
            /** @description True lets everybody read the meet point, false its members alone. */
            meet_point_public?: boolean | null;
            /** @description An IANA name, or null. */
            time_zone?: string | null;
            /** @description The venue: one line of 1 to 200 characters. */
            venue?: string | null;
        };
        /** @description A member as other members see them. */
        EventMember: {
            /** @description The address of their picture. */
            avatar_url: string | null;
            /** @description Their name. */
            display_name: string;
            /** @description Whether the member is hidden: true for the caller alone, since nobody sees other hidden members. */
            hidden: boolean;
            /** @description Their Instagram page, if they reveal it. */
            ig_url: string | null;
            /**
             * Format: date-time
             * @description When they joined.
             */
            joined_at: string;
            /** @description The member's role: `host` if the event's maker has named them. */
            role: components["schemas"]["Role"];
            /**
             * Format: uuid
             * @description The member's profile.
             */
            user_id: string;
            /** @description Their badges. */
            vibe_badges: components["schemas"]["Badge"][];
        };
        /** @description A value that is not valid. */
        FieldError: {
            /** @description The condition that the value must meet. */
            detail: string;
            /** @description A JSON pointer (RFC 6901) into the body, or `?name` for a query parameter. */
            pointer: string;
        };
        /** @description The caller's flags of a pod. */
        Flags: {
            /** @description Whether the caller marked the pod as unread and has read nothing new since. */
            marked_unread: boolean;
            /**
             * Format: date-time
             * @description When the caller pinned the pod; null if it is not pinned.
             */
            pinned_at: string | null;
        };
        /** @description A change to the caller's flags of a pod. Absent fields stay as they are. */
        FlagsChange: {
            /** @description Whether the pod is marked as unread. `read_seq` does not change. */
            marked_unread?: boolean | null;
            /** @description Whether the pod is pinned. */
            pinned?: boolean | null;
        };
        /** @description A person who forgot their password. */
        Forgotten: {
            /** @description The account's address. */
            email: string;
        };
        /** @description A message that was found. */
        FoundMessage: {
            /**
             * Format: uuid
             * @description The event of the pod.
             */
            event_id: string;
            /** @description The message. */
            message: components["schemas"]["Message"];
            /**
             * Format: uuid
             * @description The pod.
             */
            pod_id: string;
            /** @description The pod's name. */
            pod_name: string;
        };
        /** @description A host of an event. */
        Host: {
            /** @description The address of their picture. */
            avatar_url: string | null;
            /** @description Their name. */
            display_name: string;
            /**
             * Format: date-time
             * @description When they joined the event.
             */
            joined_at: string;
            /**
             * Format: uuid
             * @description The host's profile.
             */
            user_id: string;
        };
        /** @description A pod of the caller's, as an inbox shows it. */
        InboxEntry: components["schemas"]["PodView"] & components["schemas"]["Flags"] & {
            /**
             * Format: date-time
             * @description When that was written. The list is in this order.
             */
            active_at: string;
            /**
             * Format: int64
             * @description The highest seq of its log.
             */
            head: number;
            /** @description The newest entry of the log. */
            last_message: components["schemas"]["Message"];
            /** @description All members, by seat. */
            members: components["schemas"]["Member"][];
            /**
             * Format: int64
             * @description The highest seq that the caller has read.
             */
            read_seq: number;
            /**
             * Format: int32
             * @description The number of others' texts above `read_seq`, up to 99.
             */
            unread: number;
        };
        /** @description An invitation, as the pod's members see it. */
        Invite: {
            /** @description The secret of the link: 22 letters and digits. Anyone who knows it can accept. */
            code: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description The member who made it.
             */
            created_by: string;
            /**
             * Format: date-time
             * @description When it expires; null if never.
             */
            expires_at: string | null;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * Format: uuid
             * @description The pod that it leads into.
             */
            pod_id: string;
            /**
             * Format: date-time
             * @description When it was revoked, or its maker removed.
             */
            revoked_at: string | null;
            /** @description The link to share. */
            url: string;
            /**
             * Format: int32
             * @description The number of people who have accepted it.
             */
            used: number;
            /**
             * Format: int32
             * @description The number of people who may accept it; null if unlimited.
             */
            uses: number | null;
        };
        /**
         * @description The state of an invitation. Only an `open` one can be accepted.
         * @enum {string}
         */
        InviteState: "open" | "used_up" | "expired" | "revoked" | "full" | "closed";
        /** @description The person who invites. */
        Inviter: {
            /** @description Their name. */
            display_name: string;
        };
        /** @description A pod, as an invitation shows it. */
        InvitingPod: {
            /**
             * Format: int32
             * @description The number of free seats; 0 if the pod is closed.
             */
            free_seats: number;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description Its name. */
            name: string;
            /**
             * Format: int32
             * @description The number of its seats.
             */
            seats: number;
        };
        /**
         * @description The people who may take a free seat.
         * @enum {string}
         */
        JoinPolicy: "open" | "invite";
        /** @description The caller's membership of an event, as a whole: absent fields have their defaults. */
        Joining: {
            /** @description True hides the member from the lists that others see. */
            hidden?: boolean;
            /** @description The member's badges: at most five of `GET /v1/badges`, as keys or as objects with a `key`. */
            vibe_badges?: components["schemas"]["BadgeName"][];
        };
        /**
         * @description The kind of a message.
         * @enum {string}
         */
        Kind: "text" | "joined" | "left" | "removed" | "renamed" | "owner_changed" | "closed";
        /**
         * @description A language that Podium has all its texts in.
         * @enum {string}
         */
        Language: "en" | "de";
        /** @description The token of a mailed link. */
        MailedToken: {
            /** @description The part of the link after `#token=`. */
            token: string;
        };
        /** @description A person's own profile. */
        Me: {
            /** @description The address of the picture. */
            avatar_url: string | null;
            /**
             * Format: date-time
             * @description When the person was first seen.
             */
            created_at: string;
            /** @description The name that others see. */
            display_name: string;
            /** @description The e-mail address; only the person sees it. */
            email: string | null;
            /**
             * Format: uuid
             * @description The `sub` of the person's tokens.
             */
            id: string;
            /** @description The Instagram page. */
            ig_url: string | null;
            language: components["schemas"]["Language"] | null;
            /** @description Whether others may see `ig_url`. */
            reveal_ig: boolean;
        };
        /** @description A change to one's own profile. What is absent stays; `null` clears an address. */
        MeChange: {
            /** @description An https address, or null. */
            avatar_url?: string | null;
            /** @description The name that others see: one line of 1 to 80 characters. */
            display_name?: string | null;
            /** @description An https address of a page at `instagram.com` or `www.instagram.com`, or null. */
            ig_url?: string | null;
            language?: components["schemas"]["Language"] | null;
            /** @description Whether others may see `ig_url`. */
            reveal_ig?: boolean | null;
        };
        /** @description An event's meet point. */
        MeetPoint: {
            /**
             * Format: uuid
             * @description The person who set it first.
             */
            created_by: string;
            /** @description The way to find it, which may have several lines. */
            description: string | null;
            /**
             * Format: uuid
             * @description The event.
             */
            event_id: string;
            /**
             * Format: uuid
             * @description Its version, another one after each change. In quotation marks it is the `ETag`, which `If-Match` takes.
             */
            revision: string;
            /** @description The title: one line. */
            title: string;
            /**
             * Format: date-time
             * @description When it was set or last changed.
             */
            updated_at: string;
            /**
             * @description The time on the clocks there, in the event's `time_zone`, such as `2026-11-28T19:30:00`. It has no zone of its own:
             *     show it as it is.
             */
            when_local: string | null;
            /** @description A line about the time, such as "after the support act". */
            when_note: string | null;
        };
        /** @description A member of a pod. */
        Member: {
            /** @description The address of the person's picture. */
            avatar_url: string | null;
            /** @description The person's name. */
            display_name: string;
            /**
             * Format: date-time
             * @description Time at which the person took the seat.
             */
            joined_at: string;
            /**
             * Format: int64
             * @description The position up to which the person has read.
             */
            read_seq: number;
            /** @description `owner` or `member`. */
            role: string;
            /**
             * Format: int32
             * @description The seat's number, from 1.
             */
            seat: number;
            /**
             * Format: uuid
             * @description The profile's id.
             */
            user_id: string;
        };
        /** @description The caller's membership. */
        Membership: {
            /**
             * Format: uuid
             * @description The event.
             */
            event_id: string;
            /** @description Whether the caller is hidden from the lists that others see. */
            hidden: boolean;
            /**
             * Format: date-time
             * @description When the caller joined.
             */
            joined_at: string;
            /** @description The caller's role: `host` if the event's maker has named them. The maker is `created_by` of the event. */
            role: components["schemas"]["Role"];
            /**
             * Format: uuid
             * @description The caller.
             */
            user_id: string;
            /** @description The caller's badges. */
            vibe_badges: components["schemas"]["Badge"][];
        };
        /** @description The caller's memories of an event. */
        Memorabilia: {
            /**
             * Format: date-time
             * @description When it was written first.
             */
            created_at: string;
            /** @description The crowd's energy, in words. */
            crowd_energy: string | null;
            /**
             * Format: int32
             * @description The crowd's energy, from 0 to 10.
             */
            crowd_level: number | null;
            /**
             * Format: uuid
             * @description The event.
             */
            event_id: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description Other notes. */
            notes: string | null;
            /** @description The song that the caller expected first. */
            opener_guess: string | null;
            /** @description The best moment. */
            peak_moment: string | null;
            /** @description The song of the night. */
            song_of_night: string | null;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updated_at: string;
        };
        /** @description A message, as clients receive it. */
        Message: {
            /**
             * Format: date-time
             * @description Time at which it was stored.
             */
            at: string;
            /** @description The attached media. */
            attachments: string[];
            /**
             * Format: int64
             * @description The position of its newest change.
             */
            changed_seq: number;
            /**
             * Format: date-time
             * @description Time of its deletion.
             */
            deleted_at: string | null;
            /**
             * Format: date-time
             * @description Time of the last change of the text. A change of mentions alone does not count.
             */
            edited_at: string | null;
            /**
             * Format: uuid
             * @description The id that the sender chose.
             */
            id: string;
            /** @description The kind. */
            kind: components["schemas"]["Kind"];
            /** @description The mentioned members. */
            mentions: string[];
            /** @description The people who reacted, by emoji. */
            reactions: {
                [key: string]: string[];
            };
            /**
             * Format: uuid
             * @description The message to which it replies.
             */
            reply_to: string | null;
            /**
             * Format: int64
             * @description The message's position in the log.
             */
            seq: number;
            /** @description The text. */
            text: string;
            /**
             * Format: uuid
             * @description The author; for a line of the log, the person that it is about.
             */
            user_id: string;
        };
        /** @description A message to send. */
        MessageBody: {
            /** @description Reserved: absent, null or empty. */
            attachments?: string[] | null;
            /**
             * Format: uuid
             * @description The client's own id, which makes the request idempotent.
             */
            id?: string | null;
            /** @description The mentioned members, at most 20. */
            mentions?: string[] | null;
            /**
             * Format: uuid
             * @description The message of the same pod to which it replies.
             */
            reply_to?: string | null;
            /** @description 1 to 4,000 characters, at least one of them visible. */
            text: string;
        };
        /** @description A page of a pod's log. */
        MessagePage: {
            /** @description Each message once, in its newest form. */
            messages: components["schemas"]["Message"][];
            /** @description Whether there are further messages beyond this page. */
            more: boolean;
            /**
             * Format: int64
             * @description The `before` or `after` of the next page. Null if the page is empty.
             */
            next: number | null;
        };
        /** @description The reader's own part in a post. */
        MineOfPost: {
            /**
             * Format: int64
             * @description The reader's taps on a post of the kind `hype`; null for other kinds.
             */
            hype: number | null;
            /** @description The reader's reactions. */
            reactions: string[];
            /** @description The positions of the options that the reader voted for, from 0; null without a vote, and for other kinds. */
            vote: number[] | null;
        };
        /** @description An event of which the caller is a member. */
        MyEvent: components["schemas"]["Event"] & {
            /** @description Whether the caller is hidden from the lists that others see. */
            hidden: boolean;
            /**
             * Format: date-time
             * @description When the caller joined.
             */
            joined_at: string;
            /** @description The caller's role: `host` if the event's maker has named them. The maker is `created_by` of the event. */
            role: components["schemas"]["Role"];
            /** @description The caller's badges there. */
            vibe_badges: components["schemas"]["Badge"][];
        };
        /** @description A badge of the list, of which only the key is read. */
        NamedBadge: {
            /** @description As in the list. */
            emoji?: string | null;
            /** @description The key of the list. */
            key: string;
            /** @description As in the list. */
            label?: string | null;
        };
        /** @description A new comment. */
        NewComment: {
            /**
             * Format: uuid
             * @description An id of the client's choice, which makes it safe to repeat the request.
             */
            id?: string | null;
            /** @description 1 to 1,000 characters, at least one of them visible. Line breaks are allowed. */
            text: string;
        };
        /** @description A new event. */
        NewEvent: {
            /** @description The artist: one line of 1 to 200 characters. */
            artist: string;
            /** @description The city: one line of 1 to 200 characters. */
            city: string;
            /**
             * Format: date-time
             * @description When it starts.
             */
            date_utc: string;
            /**
             * Format: date-time
             * @description When it ends: not before `date_utc`, and at most 31 days after it.
             */
            ends_at?: string | null;
            /**
             * Format: uuid
             * @description An id of the client's choice, which makes it safe to repeat the request.
             */
            id?: string | null;
            /** @description True lets everybody read the meet point; its members alone if absent. */
            meet_point_public?: boolean;
            /**
             * @description The name in URLs: at most 120 lower case letters, digits and single hyphens, not in the form of a UUID. If
             *     absent, it is made of artist, city and the day on which the event starts in its zone.
             */
            slug?: string | null;
            /** @description An IANA name such as `Europe/Berlin`; UTC if absent. */
            time_zone?: string | null;
            /** @description The venue: one line of 1 to 200 characters. */
            venue: string;
        };
        /** @description A new invitation. */
        NewInvite: {
            /**
             * Format: date-time
             * @description When it expires; never if absent.
             */
            expires_at?: string | null;
            /**
             * Format: uuid
             * @description An id of the client's choice, which makes it safe to repeat the request.
             */
            id?: string | null;
            /**
             * Format: int32
             * @description The number of people who may accept it, 1 to 1,000; unlimited if absent.
             */
            uses?: number | null;
        };
        /** @description A meet point as a whole: what is absent, null or blank is not there. */
        NewMeetPoint: {
            /** @description The way to find it: at most 2,000 characters, with line breaks. */
            description?: string | null;
            /** @description The title: one line of 1 to 200 characters. */
            title: string;
            /**
             * @description The time on the clocks there, in the event's `time_zone`: to the minute or the second, and without a zone.
             * @example 2026-11-28T19:30:00
             */
            when_local?: string | null;
            /** @description A line about the time, such as "after the support act": at most 100 characters. */
            when_note?: string | null;
        };
        /** @description The caller's memories of an event, as a whole: what is absent, null or blank is not there. */
        NewMemorabilia: {
            /** @description The crowd's energy, in words: one line of at most 200 characters. */
            crowd_energy?: string | null;
            /**
             * Format: int32
             * @description The crowd's energy, from 0 to 10.
             */
            crowd_level?: number | null;
            /** @description Other notes: at most 10,000 characters, with line breaks. */
            notes?: string | null;
            /** @description The song that the caller expected first: one line of at most 200 characters. */
            opener_guess?: string | null;
            /** @description The best moment: at most 2,000 characters, with line breaks. */
            peak_moment?: string | null;
            /** @description The song of the night: one line of at most 200 characters. */
            song_of_night?: string | null;
        };
        /** @description The member to whom a pod is handed over. */
        NewOwner: {
            /**
             * Format: uuid
             * @description Another member of the pod.
             */
            user_id: string;
        };
        /** @description A new password. */
        NewPassword: {
            /** @description 8 to 256 characters, at most 1,024 bytes. */
            password: string;
            /** @description The part of the link after `#token=`. */
            token: string;
        };
        /** @description A new post. */
        NewPost: {
            /** @description The content, with the fields of the kind. */
            body: components["schemas"]["BodyInput"];
            /**
             * Format: uuid
             * @description An id of the client's choice, which makes it safe to repeat the request.
             */
            id?: string | null;
            /** @description The kind. */
            kind: components["schemas"]["PostKind"];
        };
        /** @description A part of a list. */
        Page_Badge: {
            /** @description The items, in the list's order. */
            items: {
                /** @description Its emoji. */
                emoji: string;
                /** @description Its key, which never changes. */
                key: string;
                /** @description Its English name. */
                label: string;
            }[];
            /** @description The `cursor` of the next page; `null` on the last one. Opaque: its form may change. */
            next: string | null;
        };
        /** @description A part of a list. */
        Page_Comment: {
            /** @description The items, in the list's order. */
            items: {
                /** @description The author. */
                author: components["schemas"]["Author"];
                /**
                 * Format: date-time
                 * @description When it was written.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When the author last changed it; null if never.
                 */
                edited_at: string | null;
                /**
                 * Format: uuid
                 * @description Its id.
                 */
                id: string;
                /**
                 * Format: uuid
                 * @description The post.
                 */
                post_id: string;
                /** @description The text, which may have several lines. */
                text: string;
            }[];
            /** @description The `cursor` of the next page; `null` on the last one. Opaque: its form may change. */
            next: string | null;
        };
        /** @description A part of a list. */
        Page_Event: {
            /** @description The items, in the list's order. */
            items: {
                /** @description The artist who plays. */
                artist: string;
                /**
                 * Format: date-time
                 * @description When it was cancelled; null if it is not.
                 */
                cancelled_at: string | null;
                /** @description The city. */
                city: string;
                /**
                 * Format: uuid
                 * @description The person who made it.
                 */
                created_by: string;
                /**
                 * Format: date-time
                 * @description When it starts.
                 */
                date_utc: string;
                /**
                 * Format: date-time
                 * @description When it ends; null if not known, then the event lasts 12 hours.
                 */
                ends_at: string | null;
                /**
                 * Format: uuid
                 * @description The event's id.
                 */
                id: string;
                /** @description Whether everybody may read the event's meet point, and not its members alone. */
                meet_point_public: boolean;
                /** @description Its name in URLs, which `GET /v1/events/{id}` takes in place of the id. */
                slug: string;
                /** @description The IANA name of its time zone, in which its times and its day are shown; UTC if null. */
                time_zone: string | null;
                /** @description The venue. */
                venue: string;
            }[];
            /** @description The `cursor` of the next page; `null` on the last one. Opaque: its form may change. */
            next: string | null;
        };
        /** @description A part of a list. */
        Page_EventMember: {
            /** @description The items, in the list's order. */
            items: {
                /** @description The address of their picture. */
                avatar_url: string | null;
                /** @description Their name. */
                display_name: string;
                /** @description Whether the member is hidden: true for the caller alone, since nobody sees other hidden members. */
                hidden: boolean;
                /** @description Their Instagram page, if they reveal it. */
                ig_url: string | null;
                /**
                 * Format: date-time
                 * @description When they joined.
                 */
                joined_at: string;
                /** @description The member's role: `host` if the event's maker has named them. */
                role: components["schemas"]["Role"];
                /**
                 * Format: uuid
                 * @description The member's profile.
                 */
                user_id: string;
                /** @description Their badges. */
                vibe_badges: components["schemas"]["Badge"][];
            }[];
            /** @description The `cursor` of the next page; `null` on the last one. Opaque: its form may change. */
            next: string | null;
        };
        /** @description A part of a list. */
        Page_FoundMessage: {
            /** @description The items, in the list's order. */
            items: {
                /**
                 * Format: uuid
                 * @description The event of the pod.
                 */
                event_id: string;
                /** @description The message. */
                message: components["schemas"]["Message"];
                /**
                 * Format: uuid
                 * @description The pod.
                 */
                pod_id: string;
                /** @description The pod's name. */
                pod_name: string;
            }[];
            /** @description The `cursor` of the next page; `null` on the last one. Opaque: its form may change. */
            next: string | null;
        };
        /** @description A part of a list. */
        Page_Host: {
            /** @description The items, in the list's order. */
            items: {
                /** @description The address of their picture. */
                avatar_url: string | null;
                /** @description Their name. */
                display_name: string;
                /**
                 * Format: date-time
                 * @description When they joined the event.
                 */
                joined_at: string;
                /**
                 * Format: uuid
                 * @description The host's profile.
                 */
                user_id: string;
            }[];
            /** @description The `cursor` of the next page; `null` on the last one. Opaque: its form may change. */
            next: string | null;
        };
        /** @description A part of a list. */
        Page_InboxEntry: {
            /** @description The items, in the list's order. */
            items: (components["schemas"]["PodView"] & components["schemas"]["Flags"] & {
                /**
                 * Format: date-time
                 * @description When that was written. The list is in this order.
                 */
                active_at: string;
                /**
                 * Format: int64
                 * @description The highest seq of its log.
                 */
                head: number;
                /** @description The newest entry of the log. */
                last_message: components["schemas"]["Message"];
                /** @description All members, by seat. */
                members: components["schemas"]["Member"][];
                /**
                 * Format: int64
                 * @description The highest seq that the caller has read.
                 */
                read_seq: number;
                /**
                 * Format: int32
                 * @description The number of others' texts above `read_seq`, up to 99.
                 */
                unread: number;
            })[];
            /** @description The `cursor` of the next page; `null` on the last one. Opaque: its form may change. */
            next: string | null;
        };
        /** @description A part of a list. */
        Page_Invite: {
            /** @description The items, in the list's order. */
            items: {
                /** @description The secret of the link: 22 letters and digits. Anyone who knows it can accept. */
                code: string;
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /**
                 * Format: uuid
                 * @description The member who made it.
                 */
                created_by: string;
                /**
                 * Format: date-time
                 * @description When it expires; null if never.
                 */
                expires_at: string | null;
                /**
                 * Format: uuid
                 * @description Its id.
                 */
                id: string;
                /**
                 * Format: uuid
                 * @description The pod that it leads into.
                 */
                pod_id: string;
                /**
                 * Format: date-time
                 * @description When it was revoked, or its maker removed.
                 */
                revoked_at: string | null;
                /** @description The link to share. */
                url: string;
                /**
                 * Format: int32
                 * @description The number of people who have accepted it.
                 */
                used: number;
                /**
                 * Format: int32
                 * @description The number of people who may accept it; null if unlimited.
                 */
                uses: number | null;
            }[];
            /** @description The `cursor` of the next page; `null` on the last one. Opaque: its form may change. */
            next: string | null;
        };
        /** @description A part of a list. */
        Page_MyEvent: {
            /** @description The items, in the list's order. */
            items: (components["schemas"]["Event"] & {
                /** @description Whether the caller is hidden from the lists that others see. */
                hidden: boolean;
                /**
                 * Format: date-time
                 * @description When the caller joined.
                 */
                joined_at: string;
                /** @description The caller's role: `host` if the event's maker has named them. The maker is `created_by` of the event. */
                role: components["schemas"]["Role"];
                /** @description The caller's badges there. */
                vibe_badges: components["schemas"]["Badge"][];
            })[];
            /** @description The `cursor` of the next page; `null` on the last one. Opaque: its form may change. */
            next: string | null;
        };
        /** @description A part of a list. */
        Page_PodView: {
            /** @description The items, in the list's order. */
            items: (components["schemas"]["Pod"] & {
                /**
                 * Format: int32
                 * @description Number of free seats.
                 */
                free_seats: number;
            })[];
            /** @description The `cursor` of the next page; `null` on the last one. Opaque: its form may change. */
            next: string | null;
        };
        /** @description A part of a list. */
        Page_PostView: {
            /** @description The items, in the list's order. */
            items: (components["schemas"]["Post"] & {
                /** @description The reader's own part in it. */
                mine: components["schemas"]["MineOfPost"];
            })[];
            /** @description The `cursor` of the next page; `null` on the last one. Opaque: its form may change. */
            next: string | null;
        };
        /** @description A part of a list. */
        Page_Profile: {
            /** @description The items, in the list's order. */
            items: {
                /** @description The address of the picture. */
                avatar_url: string | null;
                /** @description The person's name. */
                display_name: string;
                /**
                 * Format: uuid
                 * @description The profile's id.
                 */
                id: string;
                /** @description The Instagram page, if the person reveals it. */
                ig_url: string | null;
            }[];
            /** @description The `cursor` of the next page; `null` on the last one. Opaque: its form may change. */
            next: string | null;
        };
        /** @description A part of a list. */
        Page_Reaction: {
            /** @description The items, in the list's order. */
            items: {
                /**
                 * Format: date-time
                 * @description When the person reacted.
                 */
                at: string;
                /** @description The emoji. */
                emoji: string;
                /** @description The person. */
                person: components["schemas"]["Author"];
            }[];
            /** @description The `cursor` of the next page; `null` on the last one. Opaque: its form may change. */
            next: string | null;
        };
        /** @description A part of a list. */
        Page_Session: {
            /** @description The items, in the list's order. */
            items: {
                /** @description The address from which it was last used. */
                address: string | null;
                /**
                 * Format: date-time
                 * @description When it signed in.
                 */
                created_at: string;
                /** @description Whether it is the device of this request. */
                current: boolean;
                /**
                 * Format: uuid
                 * @description Its id, the `sid` of its access tokens.
                 */
                id: string;
                /**
                 * Format: date-time
                 * @description When it last renewed its tokens.
                 */
                last_used_at: string;
                /** @description Its `User-Agent` when it signed in. */
                user_agent: string | null;
            }[];
            /** @description The `cursor` of the next page; `null` on the last one. Opaque: its form may change. */
            next: string | null;
        };
        /** @description A part of a list. */
        Page_ShelfItem: {
            /** @description The items, in the list's order. */
            items: (components["schemas"]["Memorabilia"] & {
                /** @description The event. */
                event: components["schemas"]["Event"];
            })[];
            /** @description The `cursor` of the next page; `null` on the last one. Opaque: its form may change. */
            next: string | null;
        };
        /** @description A pod. */
        Pod: {
            /**
             * Format: date-time
             * @description Time of its closing.
             */
            closed_at: string | null;
            /**
             * Format: date-time
             * @description Time of its opening.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description The person who opened it.
             */
            created_by: string;
            /**
             * Format: uuid
             * @description The event to which it belongs.
             */
            event_id: string;
            /**
             * Format: uuid
             * @description The pod's id.
             */
            id: string;
            /** @description The people who may take a free seat. */
            join_policy: components["schemas"]["JoinPolicy"];
            /** @description `crew`; other kinds come later. */
            kind: string;
            /** @description The name. */
            name: string;
            /**
             * Format: int32
             * @description Number of seats.
             */
            seats: number;
        };
        /** @description A pod to open. */
        PodBody: {
            /**
             * Format: uuid
             * @description The client's own id, which makes the request idempotent.
             */
            id?: string | null;
            /** @description `open` if absent. */
            join_policy?: components["schemas"]["JoinPolicy"];
            /** @description A line of 1 to 80 characters. */
            name: string;
        };
        /** @description A change to a pod. Absent fields stay as they are. */
        PodChange: {
            join_policy?: components["schemas"]["JoinPolicy"] | null;
            /** @description A line of 1 to 80 characters. */
            name?: string | null;
        };
        /** @description A pod, with its members if the caller is one of them. */
        PodDetail: components["schemas"]["PodView"] & {
            /** @description The members by seat; absent if the caller is not a member. */
            members?: components["schemas"]["Member"][] | null;
        };
        /** @description A pod as the members of its event see it. */
        PodView: components["schemas"]["Pod"] & {
            /**
             * Format: int32
             * @description Number of free seats.
             */
            free_seats: number;
        };
        /** @description The content of a poll. */
        PollBody: {
            /**
             * Format: date-time
             * @description When it closes by itself; null if it does not.
             */
            closes_at: string | null;
            /** @description The number of options that a voter may choose. */
            mode: components["schemas"]["PollMode"];
            /** @description The options, in their order. */
            options: string[];
            /** @description The question. */
            question: string;
            /** @description The time from which the votes for each option can be seen. */
            results: components["schemas"]["PollResults"];
        };
        /**
         * @description The number of options that a voter may choose.
         * @enum {string}
         */
        PollMode: "single" | "multiple";
        /**
         * @description The time from which the votes for each option can be seen.
         * @enum {string}
         */
        PollResults: "always" | "after_vote" | "closed";
        /** @description The votes of a poll. */
        PollTally: {
            /** @description The votes for each option, in the poll's order; null if the reader may not see them yet. */
            counts: number[] | null;
            /**
             * Format: int64
             * @description The revision: it ascends with every change of a ballot, and equal ones have equal numbers.
             */
            rev: number;
            /**
             * Format: int64
             * @description The number of people who have voted.
             */
            voters: number;
        };
        /** @description A post, as everybody in the event sees it. */
        Post: {
            /** @description The author. */
            author: components["schemas"]["Author"];
            /** @description The content. */
            body: components["schemas"]["PostBody"];
            /**
             * Format: date-time
             * @description When a poll was closed; null while it is open, and for other kinds.
             */
            closed_at: string | null;
            /**
             * Format: int64
             * @description The number of its comments.
             */
            comments: number;
            /**
             * Format: date-time
             * @description When it was posted.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When its author last changed it; null if never.
             */
            edited_at: string | null;
            /**
             * Format: uuid
             * @description The event.
             */
            event_id: string;
            /**
             * Format: int64
             * @description All taps on a post of the kind `hype`; null for other kinds.
             */
            hype: number | null;
            /**
             * Format: uuid
             * @description The post's id.
             */
            id: string;
            /** @description The kind, which decides the form of `body`. */
            kind: components["schemas"]["PostKind"];
            /** @description The number of people who reacted, by emoji. */
            reactions: {
                [key: string]: number;
            };
            /**
             * Format: int64
             * @description The number of its last change in the event's feed.
             */
            seq: number;
            tally: components["schemas"]["PollTally"] | null;
        };
        /** @description The content of a post, in the form of its kind. */
        PostBody: components["schemas"]["TextBody"] | components["schemas"]["PollBody"];
        /** @description A change of a post. */
        PostChange: {
            /** @description The whole new content, with the fields of the post's kind. */
            body: components["schemas"]["BodyInput"];
            /**
             * Format: uuid
             * @description An id of the client's choice, which makes it safe to repeat the change.
             */
            op?: string | null;
        };
        /**
         * @description The kind of a post.
         * @enum {string}
         */
        PostKind: "text" | "poll" | "hype";
        /** @description A post, with what the reader has done with it. */
        PostView: components["schemas"]["Post"] & {
            /** @description The reader's own part in it. */
            mine: components["schemas"]["MineOfPost"];
        };
        /** @description An invitation, as anyone sees it who has the link. */
        Preview: {
            /** @description Its event. */
            event: components["schemas"]["Event"];
            /**
             * Format: date-time
             * @description When it expires; null if never.
             */
            expires_at: string | null;
            /** @description The member who made it. */
            invited_by: components["schemas"]["Inviter"];
            /** @description The pod. */
            pod: components["schemas"]["InvitingPod"];
            /** @description Its state now. */
            state: components["schemas"]["InviteState"];
        };
        /** @description A refusal in its form over HTTP ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), `application/problem+json`. */
        Problem: {
            /** @description The code, for programs. */
            code: components["schemas"]["Code"];
            /** @description The reason, for people. */
            detail: string;
            /** @description The values that are not valid, with `invalid`. */
            errors?: components["schemas"]["FieldError"][] | null;
            /** @description The id under which the log has the cause, with `internal`. */
            incident?: string | null;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description The name of the status. */
            title: string;
            /** @description The type; `about:blank`, since `code` says what happened. */
            type: string;
        } & {
            [key: string]: unknown;
        };
        /** @description Another person's profile. */
        Profile: {
            /** @description The address of the picture. */
            avatar_url: string | null;
            /** @description The person's name. */
            display_name: string;
            /**
             * Format: uuid
             * @description The profile's id.
             */
            id: string;
            /** @description The Instagram page, if the person reveals it. */
            ig_url: string | null;
        };
        /** @description The counts of a post's remarks, and the caller's own reactions. */
        Reacted: {
            /**
             * Format: int64
             * @description The number of comments.
             */
            comments: number;
            /** @description The caller's own reactions, in the order in which they were set. */
            mine: string[];
            /** @description The number of people who reacted with each emoji. */
            reactions: {
                [key: string]: number;
            };
        };
        /** @description A person's reaction to a post. */
        Reaction: {
            /**
             * Format: date-time
             * @description When the person reacted.
             */
            at: string;
            /** @description The emoji. */
            emoji: string;
            /** @description The person. */
            person: components["schemas"]["Author"];
        };
        /** @description The position up to which the caller has read. */
        ReadBody: {
            /**
             * Format: int64
             * @description The `seq` of the last message that was shown.
             */
            seq: number;
        };
        /** @description A person who registers. */
        Registration: {
            /** @description The name that others see: one line of 1 to 80 characters. */
            display_name: string;
            /** @description An e-mail address that no account has, regardless of case. */
            email: string;
            language?: components["schemas"]["Language"] | null;
            /** @description 8 to 256 characters, at most 1,024 bytes. */
            password: string;
        };
        /** @description A refresh token. */
        Renewal: {
            /** @description The token, as it was issued. */
            refresh_token: string;
        };
        /**
         * @description The role of a member.
         * @enum {string}
         */
        Role: "member" | "host";
        /** @description A person's seat in a pod. */
        Seat: {
            /**
             * Format: int32
             * @description The seat's number, from 1.
             */
            seat: number;
        };
        /** @description The reply to the sender of a message. */
        Sent: {
            /**
             * Format: date-time
             * @description Time at which it was stored.
             */
            at: string;
            /**
             * Format: uuid
             * @description The message's id.
             */
            id: string;
            /**
             * Format: int64
             * @description The message's position in the log.
             */
            seq: number;
        };
        /** @description A device that is signed in. */
        Session: {
            /** @description The address from which it was last used. */
            address: string | null;
            /**
             * Format: date-time
             * @description When it signed in.
             */
            created_at: string;
            /** @description Whether it is the device of this request. */
            current: boolean;
            /**
             * Format: uuid
             * @description Its id, the `sid` of its access tokens.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it last renewed its tokens.
             */
            last_used_at: string;
            /** @description Its `User-Agent` when it signed in. */
            user_agent: string | null;
        };
        /** @description The caller's memories of an event, with the event. */
        ShelfItem: components["schemas"]["Memorabilia"] & {
            /** @description The event. */
            event: components["schemas"]["Event"];
        };
        /** @description The tokens of a device that is signed in. */
        SignedInAnswer: {
            /** @description A JWT for `Authorization: Bearer` and for sockets. */
            access_token: string;
            /**
             * @description The proof that this device was signed in to this account, for its next sign-in. It outlives the sign-in, and
             *     signs nobody in.
             */
            device: string;
            /** @description Whether the account's address was confirmed. */
            email_verified: boolean;
            /**
             * Format: int64
             * @description The time for which the access token is valid, in seconds.
             */
            expires_in: number;
            /** @description The person's profile. */
            profile: components["schemas"]["Me"];
            /**
             * @description The token for one `POST /v1/auth/refresh`. Anyone who has it is signed in: keep it where nothing else can read
             *     it.
             */
            refresh_token: string;
        };
        /** @description The taps of a device. */
        Taps: {
            /**
             * @description The name that the device keeps for itself, 1 to 64 visible characters of ASCII: random, and the same as long as it
             *     counts on.
             */
            source: string;
            /**
             * Format: int64
             * @description All taps of the device on this post, since it began to count.
             */
            total: number;
        };
        /** @description Taps that were accepted. */
        TapsAccepted: {
            /**
             * Format: int64
             * @description All taps of the device that have been accepted.
             */
            accepted: number;
            /**
             * Format: int64
             * @description All taps of the caller's devices that have been accepted.
             */
            mine: number;
            /**
             * Format: int64
             * @description Milliseconds after which more may be accepted; 0 if all were.
             */
            retry_after_ms: number;
            /** @description The device. */
            source: string;
        };
        /** @description The content of a text or hype. */
        TextBody: {
            /** @description The text. */
            text: string;
        };
        /** @description A vote. */
        Vote: {
            /** @description The positions of the chosen options, from 0, each once: one in a poll with the mode `single`, one or more in others. */
            options: number[];
        };
        /** @description A vote that was taken. */
        Voted: {
            /** @description The positions of the chosen options; empty if the vote was withdrawn. */
            options: number[];
            /** @description The tally, as it was a moment ago. A later one has a higher `rev`. */
            tally: components["schemas"]["PollTally"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type Accepted = components['schemas']['Accepted'];
export type Amended = components['schemas']['Amended'];
export type Author = components['schemas']['Author'];
export type Badge = components['schemas']['Badge'];
export type BadgeName = components['schemas']['BadgeName'];
export type BodyInput = components['schemas']['BodyInput'];
export type Code = components['schemas']['Code'];
export type Comment = components['schemas']['Comment'];
export type CommentChange = components['schemas']['CommentChange'];
export type CountedEvent = components['schemas']['CountedEvent'];
export type Counts = components['schemas']['Counts'];
export type Credentials = components['schemas']['Credentials'];
export type EditBody = components['schemas']['EditBody'];
export type Event = components['schemas']['Event'];
export type EventChange = components['schemas']['EventChange'];
export type EventMember = components['schemas']['EventMember'];
export type FieldError = components['schemas']['FieldError'];
export type Flags = components['schemas']['Flags'];
export type FlagsChange = components['schemas']['FlagsChange'];
export type Forgotten = components['schemas']['Forgotten'];
export type FoundMessage = components['schemas']['FoundMessage'];
export type Host = components['schemas']['Host'];
export type InboxEntry = components['schemas']['InboxEntry'];
export type Invite = components['schemas']['Invite'];
export type InviteState = components['schemas']['InviteState'];
export type Inviter = components['schemas']['Inviter'];
export type InvitingPod = components['schemas']['InvitingPod'];
export type JoinPolicy = components['schemas']['JoinPolicy'];
export type Joining = components['schemas']['Joining'];
export type Kind = components['schemas']['Kind'];
export type Language = components['schemas']['Language'];
export type MailedToken = components['schemas']['MailedToken'];
export type Me = components['schemas']['Me'];
export type MeChange = components['schemas']['MeChange'];
export type MeetPoint = components['schemas']['MeetPoint'];
export type Member = components['schemas']['Member'];
export type Membership = components['schemas']['Membership'];
export type Memorabilia = components['schemas']['Memorabilia'];
export type Message = components['schemas']['Message'];
export type MessageBody = components['schemas']['MessageBody'];
export type MessagePage = components['schemas']['MessagePage'];
export type MineOfPost = components['schemas']['MineOfPost'];
export type MyEvent = components['schemas']['MyEvent'];
export type NamedBadge = components['schemas']['NamedBadge'];
export type NewComment = components['schemas']['NewComment'];
export type NewEvent = components['schemas']['NewEvent'];
export type NewInvite = components['schemas']['NewInvite'];
export type NewMeetPoint = components['schemas']['NewMeetPoint'];
export type NewMemorabilia = components['schemas']['NewMemorabilia'];
export type NewOwner = components['schemas']['NewOwner'];
export type NewPassword = components['schemas']['NewPassword'];
export type NewPost = components['schemas']['NewPost'];
export type PageBadge = components['schemas']['Page_Badge'];
export type PageComment = components['schemas']['Page_Comment'];
export type PageEvent = components['schemas']['Page_Event'];
export type PageEventMember = components['schemas']['Page_EventMember'];
export type PageFoundMessage = components['schemas']['Page_FoundMessage'];
export type PageHost = components['schemas']['Page_Host'];
export type PageInboxEntry = components['schemas']['Page_InboxEntry'];
export type PageInvite = components['schemas']['Page_Invite'];
export type PageMyEvent = components['schemas']['Page_MyEvent'];
export type PagePodView = components['schemas']['Page_PodView'];
export type PagePostView = components['schemas']['Page_PostView'];
export type PageProfile = components['schemas']['Page_Profile'];
export type PageReaction = components['schemas']['Page_Reaction'];
export type PageSession = components['schemas']['Page_Session'];
export type PageShelfItem = components['schemas']['Page_ShelfItem'];
export type Pod = components['schemas']['Pod'];
export type PodBody = components['schemas']['PodBody'];
export type PodChange = components['schemas']['PodChange'];
export type PodDetail = components['schemas']['PodDetail'];
export type PodView = components['schemas']['PodView'];
export type PollBody = components['schemas']['PollBody'];
export type PollMode = components['schemas']['PollMode'];
export type PollResults = components['schemas']['PollResults'];
export type PollTally = components['schemas']['PollTally'];
export type Post = components['schemas']['Post'];
export type PostBody = components['schemas']['PostBody'];
export type PostChange = components['schemas']['PostChange'];
export type PostKind = components['schemas']['PostKind'];
export type PostView = components['schemas']['PostView'];
export type Preview = components['schemas']['Preview'];
export type Problem = components['schemas']['Problem'];
export type Profile = components['schemas']['Profile'];
export type Reacted = components['schemas']['Reacted'];
export type Reaction = components['schemas']['Reaction'];
export type ReadBody = components['schemas']['ReadBody'];
export type Registration = components['schemas']['Registration'];
export type Renewal = components['schemas']['Renewal'];
export type Role = components['schemas']['Role'];
export type Seat = components['schemas']['Seat'];
export type Sent = components['schemas']['Sent'];
export type Session = components['schemas']['Session'];
export type ShelfItem = components['schemas']['ShelfItem'];
export type SignedInAnswer = components['schemas']['SignedInAnswer'];
export type Taps = components['schemas']['Taps'];
export type TapsAccepted = components['schemas']['TapsAccepted'];
export type TextBody = components['schemas']['TextBody'];
export type Vote = components['schemas']['Vote'];
export type Voted = components['schemas']['Voted'];
export type $defs = Record<string, never>;
export interface operations {
    post_auth_login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Credentials"];
            };
        };
        responses: {
            /** @description Signed in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInAnswer"];
                };
            };
        };
    };
    post_auth_logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Renewal"];
            };
        };
        responses: {
            /** @description Signed out, or not signed in */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_auth_refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Renewal"];
            };
        };
        responses: {
            /** @description The next pair */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInAnswer"];
                };
            };
        };
    };
    post_auth_register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Registration"];
            };
        };
        responses: {
            /** @description Signed up and in */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInAnswer"];
                };
            };
        };
    };
    post_auth_reset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Forgotten"];
            };
        };
        responses: {
            /** @description It will be mailed, if there is such an account */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_auth_reset_confirm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPassword"];
            };
        };
        responses: {
            /** @description The password is changed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_auth_verify: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MailedToken"];
            };
        };
        responses: {
            /** @description Confirmed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_auth_verify_resend: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will be mailed */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_badges: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of an earlier answer. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The list */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Badge"];
                };
            };
            /** @description The content with the `ETag` in `If-None-Match` is still current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_comments_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The comment's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted, now or before */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_comments_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The comment's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommentChange"];
            };
        };
        responses: {
            /** @description The comment as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Comment"];
                };
            };
        };
    };
    get_events: {
        parameters: {
            query?: {
                /**
                 * @description Up to eight words of artist, city or venue in any order, which may be mistyped; further ones are ignored. One of
                 *     a letter or two is the beginning of a word. The best matches come first, and among equals the earliest. At most
                 *     300 events are found that contain the words, and at most 300 where words are mistyped: the earliest.
                 */
                q?: string;
                /** @description The artist's whole name. Case, accents and punctuation do not matter. */
                artist?: string;
                /** @description The city's whole name, compared likewise. */
                city?: string;
                /**
                 * @description The earliest start; events that are over are included. If absent, events that are not over now: upcoming ones,
                 *     and those that are on, until their `ends_at`, or for 12 hours after their start if they have none.
                 */
                from?: string;
                /** @description The latest start. */
                to?: string;
                /** @description The most items to return; 50 if absent. */
                limit?: number;
                /** @description The `next` of the previous page; the first page if absent. */
                cursor?: string;
            };
            header?: {
                /** @description The `ETag` of an earlier answer. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Event"];
                };
            };
            /** @description The content with the `ETag` in `If-None-Match` is still current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_events: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewEvent"];
            };
        };
        responses: {
            /** @description The event that an earlier request with this id created */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            /** @description The new event */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
        };
    };
    get_events_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of an earlier answer. */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description The event's id or slug */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CountedEvent"];
                };
            };
            /** @description The content with the `ETag` in `If-None-Match` is still current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_events_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_events_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventChange"];
            };
        };
        responses: {
            /** @description The event as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
        };
    };
    get_events_id_ics: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of an earlier answer. */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description The event's id or slug */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A calendar with the event */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/calendar": string;
                };
            };
            /** @description The content with the `ETag` in `If-None-Match` is still current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_events_id_hosts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The hosts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Host"];
                };
            };
        };
    };
    put_events_id_hosts_user_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event's id */
                id: string;
                /** @description The member's id */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The member is a host */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_events_id_hosts_user_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event's id */
                id: string;
                /** @description The host's id */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The member is no host */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_events_id_meet_point: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of an earlier answer. */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description The event's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The meet point */
            200: {
                headers: {
                    /** @description Its version, for `If-Match` */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeetPoint"];
                };
            };
            /** @description The content with the `ETag` in `If-None-Match` is still current */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    put_events_id_meet_point: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the version that the request is about; `*` for any. */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The event's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMeetPoint"];
            };
        };
        responses: {
            /** @description The meet point as it is now */
            200: {
                headers: {
                    /** @description Its version, for `If-Match` */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeetPoint"];
                };
            };
            /** @description The new meet point */
            201: {
                headers: {
                    /** @description Its version, for `If-Match` */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeetPoint"];
                };
            };
        };
    };
    delete_events_id_meet_point: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the version that the request is about; `*` for any. */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The event's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_events_id_members: {
        parameters: {
            query?: {
                /** @description The key of a badge: only members who wear it. */
                badge?: string;
                /** @description The most items to return; 50 if absent. */
                limit?: number;
                /** @description The `next` of the previous page; the first page if absent. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The event's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of members */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_EventMember"];
                };
            };
        };
    };
    put_events_id_members_me: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Joining"];
            };
        };
        responses: {
            /** @description The membership */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Membership"];
                };
            };
        };
    };
    delete_events_id_members_me: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Left */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    put_events_id_members_user_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event's id */
                id: string;
                /** @description The person's id */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The person may join */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_events_id_members_user_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event's id */
                id: string;
                /** @description The person's id */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Barred */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_events_id_memorabilia_me: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the caller keeps of the event */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Memorabilia"];
                };
            };
        };
    };
    put_events_id_memorabilia_me: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMemorabilia"];
            };
        };
        responses: {
            /** @description What the caller keeps of the event, in place of what was kept before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Memorabilia"];
                };
            };
            /** @description What the caller keeps of the event, for the first time */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Memorabilia"];
                };
            };
        };
    };
    delete_events_id_memorabilia_me: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_events_id_pods: {
        parameters: {
            query?: {
                /**
                 * @description `opened` (in order of opening) if absent, or `newest` (newest first). A cursor is valid for the order that it
                 *     came from.
                 */
                order?: "opened" | "newest";
                /** @description The most items to return; 50 if absent. */
                limit?: number;
                /** @description The `next` of the previous page; the first page if absent. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The event's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of pods */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_PodView"];
                };
            };
        };
    };
    post_events_id_pods: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PodBody"];
            };
        };
        responses: {
            /** @description The pod that an earlier request with this id opened */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PodDetail"];
                };
            };
            /** @description The new pod */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PodDetail"];
                };
            };
        };
    };
    get_events_id_posts: {
        parameters: {
            query?: {
                /** @description Only posts of this kind; all if absent. A cursor is valid for the filter that it came from. */
                kind?: "text" | "poll" | "hype";
                /** @description The most items to return; 50 if absent. */
                limit?: number;
                /** @description The `next` of the previous page; the first page if absent. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The event's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of posts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_PostView"];
                };
            };
        };
    };
    post_events_id_posts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPost"];
            };
        };
        responses: {
            /** @description The post that an earlier request with this id made */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PostView"];
                };
            };
            /** @description The new post */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PostView"];
                };
            };
        };
    };
    get_invites_code: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description What the link ends with */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Where it leads, and its state */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preview"];
                };
            };
        };
    };
    post_invites_code_accept: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description What the link ends with */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller is a member, now or since before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller's profile */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
        };
    };
    patch_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MeChange"];
            };
        };
        responses: {
            /** @description The profile as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
        };
    };
    get_me_events: {
        parameters: {
            query?: {
                /** @description The most items to return; 50 if absent. */
                limit?: number;
                /** @description The `next` of the previous page; the first page if absent. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_MyEvent"];
                };
            };
        };
    };
    get_me_memorabilia: {
        parameters: {
            query?: {
                /** @description The most items to return; 50 if absent. */
                limit?: number;
                /** @description The `next` of the previous page; the first page if absent. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the shelf */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ShelfItem"];
                };
            };
        };
    };
    get_me_pods: {
        parameters: {
            query?: {
                /** @description The most items to return; 50 if absent. */
                limit?: number;
                /** @description The `next` of the previous page; the first page if absent. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the caller's pods */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_InboxEntry"];
                };
            };
        };
    };
    patch_me_pods_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pod's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FlagsChange"];
            };
        };
        responses: {
            /** @description The caller's flags as they are now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Flags"];
                };
            };
        };
    };
    get_me_search: {
        parameters: {
            query: {
                /**
                 * @description Up to eight words, each of which must occur; further ones are ignored. Case and accents do not matter. A word of
                 *     a letter or two is the beginning of a word; a longer one may be anywhere in one.
                 */
                q: string;
                /** @description The most items to return; 50 if absent. */
                limit?: number;
                /** @description The `next` of the previous page; the first page if absent. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of messages with their pods */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_FoundMessage"];
                };
            };
        };
    };
    get_me_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The devices */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Session"];
                };
            };
        };
    };
    delete_me_sessions_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_pods_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pod's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pod */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PodDetail"];
                };
            };
        };
    };
    delete_pods_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pod's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Closed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_pods_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pod's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PodChange"];
            };
        };
        responses: {
            /** @description The pod as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PodDetail"];
                };
            };
        };
    };
    get_pods_id_invites: {
        parameters: {
            query?: {
                /** @description The most items to return; 50 if absent. */
                limit?: number;
                /** @description The `next` of the previous page; the first page if absent. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The pod's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of links */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Invite"];
                };
            };
        };
    };
    post_pods_id_invites: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pod's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewInvite"];
            };
        };
        responses: {
            /** @description The link that an earlier request with this id made */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invite"];
                };
            };
            /** @description The new link */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invite"];
                };
            };
        };
    };
    delete_pods_id_invites_invite_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pod's id */
                id: string;
                /** @description The invitation's id */
                invite_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    put_pods_id_members_me: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pod's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The seat */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Seat"];
                };
            };
        };
    };
    delete_pods_id_members_me: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pod's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Left */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    put_pods_id_members_user_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pod's id */
                id: string;
                /** @description The person's id */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The person may take a seat */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_pods_id_members_user_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pod's id */
                id: string;
                /** @description The person's id */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Barred */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_pods_id_messages: {
        parameters: {
            query?: {
                /** @description Returns the newest messages below this seq. */
                before?: number;
                /**
                 * @description Returns the changes after this position, in ascending order of `changed_seq`, each message once in its newest
                 *     form.
                 */
                after?: number;
                /** @description 1 to 200; 50 if absent. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The pod's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the log */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagePage"];
                };
            };
        };
    };
    post_pods_id_messages: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pod's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MessageBody"];
            };
        };
        responses: {
            /** @description Stored before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sent"];
                };
            };
            /** @description Stored */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sent"];
                };
            };
        };
    };
    delete_pods_id_messages_message_id: {
        parameters: {
            query?: {
                /** @description The client's own id of this change, which makes the request idempotent. */
                op?: string;
            };
            header?: never;
            path: {
                /** @description The pod's id */
                id: string;
                /** @description The message's id */
                message_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted, now or before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Amended"];
                };
            };
        };
    };
    patch_pods_id_messages_message_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pod's id */
                id: string;
                /** @description The message's id */
                message_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EditBody"];
            };
        };
        responses: {
            /** @description Changed, or unchanged */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Amended"];
                };
            };
        };
    };
    put_pods_id_messages_message_id_reactions_emoji: {
        parameters: {
            query?: {
                /** @description The client's own id of this change, which makes the request idempotent. */
                op?: string;
            };
            header?: never;
            path: {
                /** @description The pod's id */
                id: string;
                /** @description The message's id */
                message_id: string;
                /** @description One emoji */
                emoji: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The reaction exists */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Amended"];
                };
            };
        };
    };
    delete_pods_id_messages_message_id_reactions_emoji: {
        parameters: {
            query?: {
                /** @description The client's own id of this change, which makes the request idempotent. */
                op?: string;
            };
            header?: never;
            path: {
                /** @description The pod's id */
                id: string;
                /** @description The message's id */
                message_id: string;
                /** @description One emoji */
                emoji: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The reaction does not exist */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Amended"];
                };
            };
        };
    };
    put_pods_id_owner: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pod's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOwner"];
            };
        };
        responses: {
            /** @description The pod as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PodDetail"];
                };
            };
        };
    };
    put_pods_id_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pod's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReadBody"];
            };
        };
        responses: {
            /** @description Stored */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_posts_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The post's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The post */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PostView"];
                };
            };
        };
    };
    delete_posts_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The post's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_posts_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The post's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PostChange"];
            };
        };
        responses: {
            /** @description The post as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PostView"];
                };
            };
        };
    };
    post_posts_id_close: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The post's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The closed poll */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PostView"];
                };
            };
        };
    };
    get_posts_id_comments: {
        parameters: {
            query?: {
                /** @description The most items to return; 50 if absent. */
                limit?: number;
                /** @description The `next` of the previous page; the first page if absent. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The post's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of comments */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Comment"];
                };
            };
        };
    };
    post_posts_id_comments: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The post's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewComment"];
            };
        };
        responses: {
            /** @description The comment that an earlier request with this id wrote, as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Comment"];
                };
            };
            /** @description The new comment */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Comment"];
                };
            };
        };
    };
    put_posts_id_hype_me: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The post's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Taps"];
            };
        };
        responses: {
            /** @description What is accepted now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TapsAccepted"];
                };
            };
        };
    };
    get_posts_id_reactions: {
        parameters: {
            query?: {
                /** @description One emoji: only reactions with it. */
                emoji?: string;
                /** @description The most items to return; 50 if absent. */
                limit?: number;
                /** @description The `next` of the previous page; the first page if absent. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The post's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of reactions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Reaction"];
                };
            };
        };
    };
    put_posts_id_reactions_emoji: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The post's id */
                id: string;
                /** @description One emoji */
                emoji: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The reaction exists */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reacted"];
                };
            };
        };
    };
    delete_posts_id_reactions_emoji: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The post's id */
                id: string;
                /** @description One emoji */
                emoji: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The reaction does not exist */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reacted"];
                };
            };
        };
    };
    put_posts_id_votes_me: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The post's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Vote"];
            };
        };
        responses: {
            /** @description The vote is taken */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Voted"];
                };
            };
        };
    };
    delete_posts_id_votes_me: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The post's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is no vote of the caller */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Voted"];
                };
            };
        };
    };
    get_profiles: {
        parameters: {
            query: {
                /** @description 1 to 100 ids of profiles, separated by commas. */
                ids: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The profiles that the caller may see */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Profile"];
                };
            };
        };
    };
    get_profiles_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The profile's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The profile */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Profile"];
                };
            };
        };
    };
}
