//! Every form of output, with and without a query.

use super::Part::{Calls, Code, Stderr, Stdout, Store};
use super::{Vector, differs, same, usage};

pub const VECTORS: &[Vector] = &[
    same("list-functions --output json"),
    same("list-functions --output text"),
    same("list-functions --output table"),
    same("list-functions --output yaml"),
    same("list-functions --output yaml-stream"),
    same("get-function-configuration --function-name full --output text"),
    same("get-function-configuration --function-name full --output table"),
    same("get-function-configuration --function-name full --output yaml"),
    same("get-function-configuration --function-name full --output yaml-stream"),
    same("get-function --function-name full"),
    same("get-function --function-name full --output text"),
    same("get-function --function-name full --output table"),
    same("get-function --function-name full --output yaml"),
    same("get-alias --function-name hello --name beta"),
    same("get-alias --function-name hello --name beta --output text"),
    same("get-alias --function-name hello --name beta --output table"),
    same("get-alias --function-name hello --name beta --output yaml"),
    same("get-alias --function-name hello --name beta --output yaml-stream"),
    same("get-alias --function-name hello --name live --output table"),
    same("get-alias --function-name hello --name live --output table --color on"),
    same("get-alias --function-name hello --name live --output table --color off"),
    same("list-aliases --function-name hello --output text"),
    same("list-aliases --function-name hello --output table"),
    same("list-aliases --function-name hello --output yaml"),
    same("list-aliases --function-name hello --output yaml-stream"),
    usage("list-functions --output xml"),
    usage("list-functions --output ''"),
    same("AWS_DEFAULT_OUTPUT=text list-aliases --function-name hello"),
    same("AWS_DEFAULT_OUTPUT=table list-aliases --function-name hello"),
    same("AWS_DEFAULT_OUTPUT=yaml list-aliases --function-name hello"),
    same("AWS_DEFAULT_OUTPUT=text list-aliases --function-name hello --output json"),
    differs(
        "`AWS_DEFAULT_OUTPUT` is empty or no form",
        &[Code, Stdout, Stderr, Calls],
        "AWS_DEFAULT_OUTPUT='' list-aliases --function-name hello",
    ),
    same("AWS_DEFAULT_OUTPUT=xml list-aliases --function-name hello"),
    // Queries that find a text, a number, a list, nothing.
    same("get-function-configuration --function-name full --query Description"),
    same("get-function-configuration --function-name full --query Description --output text"),
    same("get-function-configuration --function-name full --query Description --output table"),
    same("get-function-configuration --function-name full --query Description --output yaml"),
    same(
        "get-function-configuration --function-name full --query Description --output yaml-stream",
    ),
    same("get-function-configuration --function-name full --query CodeSize"),
    same("get-function-configuration --function-name full --query CodeSize --output table"),
    same("get-function-configuration --function-name full --query CodeSize --output yaml"),
    same("get-function-configuration --function-name full --query Nothing"),
    same("get-function-configuration --function-name full --query Nothing --output text"),
    same("get-function-configuration --function-name full --query Nothing --output table"),
    same("get-function-configuration --function-name full --query Nothing --output yaml"),
    same("get-function-configuration --function-name full --query Nothing --output yaml-stream"),
    same("get-function-configuration --function-name full --query Environment"),
    same(
        "get-function-configuration --function-name full --query Environment.Variables --output text",
    ),
    same(
        "get-function-configuration --function-name full --query Environment.Variables --output table",
    ),
    same(
        "get-function-configuration --function-name full --query Environment.Variables --output yaml",
    ),
    same("get-function-configuration --function-name full --query VpcConfig.SecurityGroupIds"),
    same(
        "get-function-configuration --function-name full --query VpcConfig.SecurityGroupIds --output text",
    ),
    same(
        "get-function-configuration --function-name full --query VpcConfig.SecurityGroupIds --output table",
    ),
    same(
        "get-function-configuration --function-name full --query VpcConfig.SecurityGroupIds --output yaml",
    ),
    same("get-function-configuration --function-name full --query Layers[].Arn"),
    same("get-function-configuration --function-name full --query Layers[].Arn --output text"),
    same("get-function-configuration --function-name full --query Layers[].Arn --output table"),
    same("get-function-configuration --function-name full --query Layers[].Arn --output yaml"),
    same(
        "get-function-configuration --function-name full --query '[Version, CodeSize, VpcConfig.SubnetIds, Nothing]'",
    ),
    same(
        "get-function-configuration --function-name full --query '[Version, CodeSize, VpcConfig.SubnetIds, Nothing]' --output text",
    ),
    differs(
        "a table that cannot be made",
        &[Stderr],
        "get-function-configuration --function-name full --query '[Version, CodeSize, VpcConfig.SubnetIds, Nothing]' --output table",
    ),
    same(
        "get-function-configuration --function-name full --query '[Version, CodeSize, VpcConfig.SubnetIds, Nothing]' --output yaml",
    ),
    same(
        "get-function-configuration --function-name full --query '[[Version, CodeSize], [Timeout, Nothing]]' --output text",
    ),
    same(
        "get-function-configuration --function-name full --query '[[Version, CodeSize], [Timeout, Nothing]]' --output table",
    ),
    same("get-function-configuration --function-name full --query '`1.50`'"),
    same("get-function-configuration --function-name full --query '`true`' --output text"),
    same("get-function-configuration --function-name full --query '`[]`'"),
    same("get-function-configuration --function-name full --query '`{}`'"),
    same("get-function-configuration --function-name full --query '`{}`' --output text"),
    same("get-function-configuration --function-name full --query '`\"\"`'"),
    same("get-function-configuration --function-name full --query '`\"\"`' --output text"),
    same(
        "get-alias --function-name hello --name beta --query RoutingConfig.AdditionalVersionWeights",
    ),
    same(
        "get-alias --function-name hello --name beta --query 'RoutingConfig.AdditionalVersionWeights.\"2\"' --output text",
    ),
    same("list-functions --query 'Functions[?Runtime==`python3.13`].FunctionName' --output text"),
    same("list-functions --query 'Functions[?contains(FunctionName, `l`)].FunctionName'"),
    same("list-functions --query 'sort_by(Functions, &CodeSize)[].FunctionName'"),
    same("list-functions --query 'Functions[*].[FunctionName, MemorySize]' --output text"),
    same("list-functions --query 'Functions[*].[FunctionName, MemorySize]' --output table"),
    same("list-functions --query 'Functions[*].{N: FunctionName}' --output table"),
    same(
        "list-functions --query 'Functions[*].{Name: FunctionName, Size: CodeSize}' --output text",
    ),
    same(
        "list-functions --query 'Functions[*].{Size: CodeSize, Name: FunctionName}' --output table",
    ),
    same("list-functions --query 'Functions[*].{Size: CodeSize, Name: FunctionName}'"),
    same(
        "list-functions --query 'Functions[*].{Size: CodeSize, Name: FunctionName}' --output yaml",
    ),
    // What is no query, and what fails on the answer.
    differs(
        "what is wrong with a query",
        &[Stderr],
        "list-functions --query 'Functions['",
    ),
    differs(
        "what is wrong with a query",
        &[Stderr],
        "list-functions --query ''",
    ),
    differs(
        "what is wrong with a query",
        &[Stderr],
        "get-function-configuration --function-name full --query 'length(CodeSize)'",
    ),
    differs(
        "what is wrong with a query",
        &[Stderr, Calls],
        "get-function-configuration --function-name full --query 'nonsense(CodeSize)'",
    ),
    differs(
        "`AWS_DEFAULT_OUTPUT` is empty or no form",
        &[Stderr, Calls, Store],
        "AWS_DEFAULT_OUTPUT=xml publish-version --function-name bare",
    ),
    differs(
        "one object twice in YAML",
        &[Stdout],
        "get-function-configuration --function-name full --query '[Layers, Layers]' --output yaml",
    ),
    differs(
        "the keys of a literal in a query",
        &[Stdout],
        "get-alias --function-name hello --name live --query '`{\"b\": 1, \"a\": 2}`'",
    ),
];
