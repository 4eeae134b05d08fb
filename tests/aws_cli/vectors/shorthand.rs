//! Structures, maps and lists: shorthand, JSON, files.

use super::Part::{Calls, Code, Stderr, Stdout, Store};
use super::{Vector, differs, same};

pub const VECTORS: &[Vector] = &[
    same(
        "update-function-configuration --function-name hello --environment 'Variables={AB=1,CD=two}'",
    ),
    same("update-function-configuration --function-name hello --environment 'Variables={}'"),
    same("update-function-configuration --function-name hello --environment '{}'"),
    same("update-function-configuration --function-name hello --environment Variables={}"),
    same(
        r#"update-function-configuration --function-name hello --environment '{"Variables": {"AB": "ü"}}'"#,
    ),
    differs(
        "values of environment variables",
        &[Stderr],
        r#"update-function-configuration --function-name hello --environment '{"Variables": {"AB": 1}}'"#,
    ),
    differs(
        "values of environment variables",
        &[Stderr],
        r#"update-function-configuration --function-name hello --environment '{"Variables": {"AB": null}}'"#,
    ),
    differs(
        "values of environment variables",
        &[Stderr],
        r#"update-function-configuration --function-name hello --environment '{"Variables": '"#,
    ),
    differs(
        "values of environment variables",
        &[Stderr],
        "update-function-configuration --function-name hello --environment '[]'",
    ),
    differs(
        "values of environment variables",
        &[Stderr],
        r#"update-function-configuration --function-name hello --environment '["a"]'"#,
    ),
    same(
        "update-function-configuration --function-name hello --environment \"Variables={AB='a,b=c',CD=\\\"x y\\\"}\"",
    ),
    same(
        "update-function-configuration --function-name hello --environment 'Variables={AB=a\\,b}'",
    ),
    same(
        "update-function-configuration --function-name hello --environment 'Variables={AB=https://example.com/?a=b}'",
    ),
    differs(
        "values of environment variables",
        &[Stderr],
        "update-function-configuration --function-name hello --environment 'Variables={AB=Grüße 🚀}'",
    ),
    differs(
        "values of environment variables",
        &[Stderr],
        "update-function-configuration --function-name hello --environment 'Variables={AB=}'",
    ),
    differs(
        "values of environment variables",
        &[Stderr],
        "update-function-configuration --function-name hello --environment 'Variables={AB}'",
    ),
    differs(
        "values of environment variables",
        &[Stderr],
        "update-function-configuration --function-name hello --environment 'Variables={AB=1'",
    ),
    differs(
        "a key twice in the shorthand of a map",
        &[Code, Stdout, Stderr, Calls, Store],
        "update-function-configuration --function-name hello --environment 'Variables={AB=1,AB=2}'",
    ),
    differs(
        "values of environment variables",
        &[Stderr],
        "update-function-configuration --function-name hello --environment 'Variables='",
    ),
    differs(
        "values of environment variables",
        &[Stderr],
        "update-function-configuration --function-name hello --environment 'Variables'",
    ),
    differs(
        "values of environment variables",
        &[Stderr],
        "update-function-configuration --function-name hello --environment ''",
    ),
    same("update-function-configuration --function-name hello --environment 'Nonsense={AB=1}'"),
    same(
        "update-function-configuration --function-name hello --environment 'Variables={AB=1},Nonsense=2'",
    ),
    differs(
        "values of environment variables",
        &[Stderr],
        "update-function-configuration --function-name hello --environment 'Variables=AB'",
    ),
    differs(
        "values of environment variables",
        &[Stderr],
        "update-function-configuration --function-name hello --environment 'Variables=[AB,CD]'",
    ),
    same(
        "update-function-configuration --function-name hello --environment file://environment.json",
    ),
    same(
        "update-function-configuration --function-name hello --environment file://environment.txt",
    ),
    differs(
        "`@=` in the shorthand of a map",
        &[Code, Stdout, Stderr, Calls, Store],
        "update-function-configuration --function-name hello --environment 'Variables={AB@=file://unicode.txt}'",
    ),
    differs(
        "`@=` in the shorthand of a map",
        &[Stderr],
        "update-function-configuration --function-name hello --environment 'Variables@=file://environment.json'",
    ),
    same(
        "update-function-configuration --function-name hello --vpc-config SubnetIds=a,b,SecurityGroupIds=c",
    ),
    same(
        "update-function-configuration --function-name hello --vpc-config SubnetIds=[a,b],SecurityGroupIds=[]",
    ),
    same(
        "update-function-configuration --function-name hello --vpc-config SubnetIds=[],SecurityGroupIds=[]",
    ),
    same("update-function-configuration --function-name hello --vpc-config SubnetIds=a,,b"),
    same("update-function-configuration --function-name hello --vpc-config SubnetIds="),
    same(
        "update-function-configuration --function-name hello --vpc-config SubnetIds=subnet-1,SecurityGroupIds=sg-1,Ipv6AllowedForDualStack=true",
    ),
    same(
        "update-function-configuration --function-name hello --vpc-config Ipv6AllowedForDualStack=maybe",
    ),
    same("update-function-configuration --function-name hello --vpc-config VpcId=x"),
    same("update-function-configuration --function-name hello --tracing-config Mode=Active"),
    same("update-function-configuration --function-name hello --tracing-config 'Mode = Active'"),
    same(
        "update-function-configuration --function-name hello --tracing-config Mode=Active,Mode=PassThrough",
    ),
    same("update-function-configuration --function-name hello --tracing-config Active"),
    same("update-function-configuration --function-name hello --tracing-config Mode=Nonsense"),
    same("update-function-configuration --function-name hello --tracing-config mode=Active"),
    same("update-function-configuration --function-name hello --ephemeral-storage Size=1024"),
    same("update-function-configuration --function-name hello --ephemeral-storage Size=511"),
    same("update-function-configuration --function-name hello --ephemeral-storage Size=big"),
    same("update-function-configuration --function-name hello --ephemeral-storage Size=1e3"),
    same(
        "update-function-configuration --function-name hello --ephemeral-storage '{\"Size\": \"1024\"}'",
    ),
    same(
        "update-function-configuration --function-name hello --ephemeral-storage '{\"Size\": 1024.5}'",
    ),
    same("update-function-configuration --function-name hello --ephemeral-storage '{}'"),
    differs(
        "true as a number",
        &[Stderr],
        "update-function-configuration --function-name hello --ephemeral-storage '{\"Size\": true}'",
    ),
    same("update-function-configuration --function-name hello --layers '[]'"),
    same("update-function-configuration --function-name hello --layers ''"),
    same(
        "update-function-configuration --function-name hello --layers arn:aws:lambda:us-east-1:123456789012:layer:one:1 arn:aws:lambda:us-east-1:123456789012:layer:two:2",
    ),
    same(
        r#"update-function-configuration --function-name hello --layers '["arn:aws:lambda:us-east-1:123456789012:layer:one:1"]'"#,
    ),
    same("update-function-configuration --function-name hello --layers nonsense"),
    same("update-function-configuration --function-name hello --layers '{}'"),
    same("update-function-configuration --function-name hello --layers '[1]'"),
    same("update-function-configuration --function-name hello --layers a,b"),
    same(
        "update-function-configuration --function-name hello --file-system-configs Arn=a,LocalMountPath=b Arn=c,LocalMountPath=d",
    ),
    same("update-function-configuration --function-name full --file-system-configs"),
    same("update-function-configuration --function-name full --file-system-configs '[]'"),
    same("update-function-configuration --function-name hello --file-system-configs Arn=a"),
    same(
        "update-function-configuration --function-name hello --file-system-configs Arn=a LocalMountPath=b",
    ),
    same(
        r#"update-function-configuration --function-name hello --file-system-configs '[{"Arn": "a"}, {"LocalMountPath": 1}]'"#,
    ),
    same(
        r#"update-function-configuration --function-name hello --file-system-configs '{"Arn": "a", "LocalMountPath": "/mnt/a"}'"#,
    ),
    same(
        "update-function-configuration --function-name hello --logging-config LogFormat=JSON,ApplicationLogLevel=DEBUG",
    ),
    same(
        "update-function-configuration --function-name hello --snap-start ApplyOn=PublishedVersions",
    ),
    same(
        "update-function-configuration --function-name hello --dead-letter-config TargetArn=arn:aws:sqs:us-east-1:123456789012:queue",
    ),
    same("update-function-configuration --function-name hello --dead-letter-config TargetArn="),
    same(
        "update-alias --function-name hello --name live --routing-config AdditionalVersionWeights={3=0.25}",
    ),
    same(
        "update-alias --function-name hello --name live --routing-config AdditionalVersionWeights={3=1}",
    ),
    same(
        "update-alias --function-name hello --name live --routing-config AdditionalVersionWeights={3=-0.1}",
    ),
    same(
        "update-alias --function-name hello --name live --routing-config AdditionalVersionWeights={3=much}",
    ),
    differs(
        "a weight that is no number",
        &[Code, Stderr],
        "update-alias --function-name hello --name live --routing-config AdditionalVersionWeights={3=nan}",
    ),
    same(
        r#"update-alias --function-name hello --name live --routing-config '{"AdditionalVersionWeights": {"3": 0.5}}'"#,
    ),
    same(
        r#"update-alias --function-name hello --name live --routing-config '{"AdditionalVersionWeights": {"3": "0.5"}}'"#,
    ),
    same(
        r#"update-alias --function-name hello --name live --routing-config '{"AdditionalVersionWeights": {"3": 1e-1}}'"#,
    ),
    same("update-alias --function-name hello --name live --routing-config file://routing.json"),
    same("update-alias --function-name hello --name live --routing-config 3=0.25"),
    same("update-alias --function-name hello --name live --routing-config ''"),
];
