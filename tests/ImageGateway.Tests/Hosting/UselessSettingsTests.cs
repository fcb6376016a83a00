using ImageGateway.Alerts;
using ImageGateway.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.Tests.Hosting;

/// <summary>What can never work is a mistake; what may have a reason and does nothing is a warning.</summary>
public sealed class UselessSettingsTests
{
    [Theory]
    [InlineData("""{"Tenants":{"t":{"RequiredTags":["team","cost centre"]}}}""", "Gateway:Tenants:t:RequiredTags:1: 'cost centre' is not a valid tag name, which has 1 to 64 letters, digits, '.', '_' or '-'")]
    [InlineData("""{"Tenants":{"t":{"Models":[]}}}""", "Gateway:Tenants:t:Models: is empty: list at least one, or leave it out, which means all")]
    [InlineData("""{"Routes":[{"Name":"r","Defaults":{"quality":"hgih"}}]}""", "Gateway:Routes:0:Defaults:quality: 'hgih' is not known to any model of the catalogue")]
    [InlineData("""{"Routes":[{"Name":"r","Defaults":{"size":"10x10"}}]}""", "Gateway:Routes:0:Defaults:size: '10x10' is not known to any model of the catalogue")]
    [InlineData("""{"Routes":[{"Name":"r","Defaults":{"background":"blue"}}]}""", "Gateway:Routes:0:Defaults:background: 'blue' is not known to any model of the catalogue")]
    [InlineData("""{"Routes":[{"Name":"r","Defaults":{"output_format":"bmp"}}]}""", "Gateway:Routes:0:Defaults:output_format: 'bmp' is not known to any model of the catalogue")]
    [InlineData("""{"Routes":[{"Name":"r","MaxWait":"00:11:00"}]}""", "Gateway:Routes:0:MaxWait: must be 00:00:00 to 00:10:00, not 00:11:00")]
    [InlineData("""{"Routes":[{"Name":"r","Ceilings":{"MaxN":11}}]}""", "Gateway:Routes:0:Ceilings:MaxN: must be 1 to 10, not 11")]
    [InlineData("""{"Routes":[{"Name":"r","When":{"Model":"gpt-image-11"}}]}""", "Gateway:Routes:0:When:Model: 'gpt-image-11' matches no model of the catalogue (a deployment counts as its model; aliases are tiers)")]
    [InlineData("""{"Routes":[{"Name":"r","When":{"Model":"draft"}}]}""", "Gateway:Routes:0:When:Model: 'draft' matches no model of the catalogue (a deployment counts as its model; aliases are tiers)")]
    [InlineData("""{"Providers":{"a":{"Kind":"OpenAI","Simulated":true,"Models":["gpt-image-1"],"Timeout":"00:00:00.009"}}}""", "Gateway:Providers:a:Timeout: must be 00:00:00.0100000 to 01:00:00, not 00:00:00.0090000")]
    [InlineData("""{"Providers":{"a":{"Kind":"OpenAI","Simulated":true,"Models":["gpt-image-1"],"Circuit":{"Break":"00:00:00.4"}}}}""", "Gateway:Providers:a:Circuit:Break: must be 00:00:00.5000000 to 01:00:00, not 00:00:00.4000000")]
    [InlineData("""{"Overload":{"Requests":0}}""", "Gateway:Overload:Requests: must be 1 to 100000, not 0")]
    [InlineData("""{"Providers":{"a":{"Kind":"OpenAI","Simulated":true,"Models":[{"Model":"gpt-image-1","PriceFactor":10.5}]}}}""", "Gateway:Providers:a:Models:0:PriceFactor: must be 0 to 10, not 10.5")]
    [InlineData("""{"Providers":{"a":{"Kind":"AzureOpenAI","Endpoint":"https://a.openai.azure.com","BaseUrl":"https://a.example/v1","Simulated":true,"Deployments":{"d":"gpt-image-1"}}}}""", "Gateway:Providers:a:BaseUrl: AzureOpenAI has no base URL; set Endpoint instead")]
    public void Setting_that_can_never_work_is_a_mistake(string gateway, string mistake) => Assert.Equal(mistake, Assert.Single(Check(gateway).Mistakes));

    [Theory]
    [InlineData("""{"Routes":[{"Name":"r","Defaults":{"quality":"hd","size":"1792x1024","background":"opaque","output_format":"png","style":"vivid","output_compression":"50"}}]}""")]
    [InlineData("""{"Routes":[{"Name":"r","When":{"Model":"gpt-*"},"Defaults":{"quality":"auto","size":"auto"}}]}""")]
    [InlineData("""{"Routes":[{"Name":"r","When":{"Model":"GPT-image-1"}}]}""")]
    [InlineData("""{"Providers":{"a":{"Kind":"OpenAI","Simulated":true,"Models":["gpt-image-1"],"Timeout":"00:00:00.010","Circuit":{"MinimumThroughput":2,"Window":"00:00:00.5","Break":"00:00:00.5"}}}}""")]
    [InlineData("""{"Tenants":{"t":{"Models":["draft","dall-e-?"],"RequiredTags":["cost-centre"],"OnStoreFailure":"allow","EmergencyUsd":0.5}}}""")]
    public void Setting_that_works_is_neither_a_mistake_nor_a_warning(string gateway)
    {
        var (mistakes, warnings) = Check(gateway);
        Assert.Empty(mistakes.Concat(warnings));
    }

    [Theory]
    [InlineData("/v1/responses", "UsdPerDay", true)]
    [InlineData("/v1/responses/{**rest}", "UsdTotal", true)]
    [InlineData("/v1/responses/{id}", "UsdPerDay", false)]
    [InlineData("/v1/responses", "ImagesPerMinute", false)]
    [InlineData("/v1/files", "UsdPerDay", false)]
    public void Budgets_that_pictures_of_the_responses_api_pass_by_are_a_warning(string path, string limit, bool isWarned)
    {
        var tenant = $$"""{"Projects":{"web":{"Limits":{"{{limit}}":5 } } } }""";
        var (mistakes, warnings) = Check($$"""{"Providers":{"a":P },"PassThrough":[{"Path":"{{path}}","Provider":"a"}],"Tenants":{"t":{{tenant}} } }""");
        Assert.Empty(mistakes);
        Assert.Equal(isWarned ? ["Gateway:PassThrough: pictures of the Responses API's image tool pass uncounted, and are held against no limit in USD"] : [], warnings);
    }

    [Theory]
    [InlineData("""{"Tenants":{"t":{"OnStoreFailure":"allow"}}}""", "Gateway:Tenants:t:OnStoreFailure: 'allow' has no effect without EmergencyUsd: jobs are refused while the quota store is unreachable")]
    [InlineData("""{"Tenants":{"t":{"Models":["gpt-*","img-std"]}}}""", "Gateway:Tenants:t:Models: 'img-std' matches no model of the catalogue (deployments and targets count as the model they serve)")]
    [InlineData("""{"Routes":[{"Name":"r","When":{"Model":"gpt-9*"}}]}""", "Gateway:Routes:0:When:Model: 'gpt-9*' matches no model of the catalogue (a deployment counts as its model; aliases are tiers)")]
    [InlineData("""{"Providers":{"a":{"Kind":"OpenAI","Simulated":true,"Models":[{"Model":"gpt-image-1","Region":"eu"}]}},"Routes":[{"Name":"r","Regions":["EU","us"]}]}""", "Gateway:Routes:0:Regions:1: none of the route's targets is in 'us'")]
    public void Setting_that_does_nothing_is_a_warning(string gateway, string warning)
    {
        var (mistakes, warnings) = Check(gateway);
        Assert.Empty(mistakes);
        Assert.Equal(warning, Assert.Single(warnings));
    }

    [Fact]
    public void Webhook_without_a_database_is_a_warning()
    {
        var warnings = new List<string>();
        new ServiceCollection().AddBudgetAlerts(new AlertOptions(new Uri("https://hooks.example.com"), "secret", [50]), warnings);
        Assert.Equal("Gateway:Alerts:Webhook: without a database, which stores the alerts, nothing is posted", Assert.Single(warnings));
    }

    private static (IReadOnlyList<string> Mistakes, IReadOnlyList<string> Warnings) Check(string gateway) =>
        Configurations.Check($$"""{"Gateway":{{(gateway.Contains("Providers", StringComparison.Ordinal) ? gateway : gateway.Insert(1, "\"Providers\":{\"a\":P},"))}}}""");
}
