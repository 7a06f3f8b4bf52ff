SET LOCAL lock_timeout = '5s';
DROP TABLE pod_admissions;
DROP TABLE pod_members;
DROP TABLE pods;
