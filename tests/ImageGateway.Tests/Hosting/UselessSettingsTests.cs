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
    [InlineData("""{"ImageUrlHosts":["a.example","https://b.example"]}""", "Gateway:ImageUrlHosts:1: 'https://b.example' is not a host such as images.example.com, without scheme, port, path and wildcard")]
    [InlineData("""{"ImageUrlHosts":["a.example/x"]}""", "Gateway:ImageUrlHosts:0: 'a.example/x' is not a host such as images.example.com, without scheme, port, path and wildcard")]
    [InlineData("""{"ImageUrlHosts":["*.a.example"]}""", "Gateway:ImageUrlHosts:0: '*.a.example' is not a host such as images.example.com, without scheme, port, path and wildcard")]
    [InlineData("""{"ImageUrlHosts":["https://me:secret@a.example"]}""", "Gateway:ImageUrlHosts:0: is not a host such as images.example.com, without scheme, port, path and wildcard")]
    [InlineData("""{"ImageUrlHosts":["bücher.example"]}""", "Gateway:ImageUrlHosts:0: 'bücher.example' is not a host such as images.example.com, without scheme, port, path and wildcard")]
    [InlineData("""{"Providers":{"a":{"Kind":"OpenAI","Simulated":true,"Models":["gpt-image-1"],"ImageHosts":["a.example:443"]}}}""", "Gateway:Providers:a:ImageHosts:0: 'a.example:443' is not a host such as images.example.com, without scheme, port, path and wildcard")]
    [InlineData("""{"PublicUrl":"https://me:secret@a.example"}""", "Gateway:PublicUrl: is not an http or https address without user, query and fragment, as in https://images.example.com")]
    [InlineData("""{"Providers":{"a":{"Kind":"OpenAI","Simulated":true,"BaseUrl":"https://me:secret@a.example/v1","Models":["gpt-image-1"]}}}""", "Gateway:Providers:a:BaseUrl: is not an http or https URL without user, query and fragment")]
    [InlineData("""{"Providers":{"a":{"Kind":"AzureOpenAI","Simulated":true,"Endpoint":"https://a.openai.azure.com/?api-key=secret","Deployments":{"d":"gpt-image-1"}}}}""", "Gateway:Providers:a:Endpoint: is not an http or https URL without user, query and fragment")]
    [InlineData("""{"Vault":"https://me:secret@a.vault.azure.net/x"}""", "Gateway:Vault: is not the URL of a vault, as in https://contoso.vault.azure.net")]
    [InlineData("""{"Providers":{"a/b":P}}""", "Gateway:Providers:a/b: a provider's name must not contain '/'")]
    [InlineData("""{"Providers":{"a":{"Kind":"AzureOpenAI","Simulated":true,"Endpoint":"https://a.services.ai.azure.com/api/projects/p","Deployments":{"d":"gpt-image-1"}}}}""", "Gateway:Providers:a:Endpoint: 'https://a.services.ai.azure.com/api/projects/p' has a path that is not Azure's, or that the gateway adds itself; a resource's URL is https://NAME.openai.azure.com")]
    [InlineData("""{"Providers":{"a":{"Kind":"AzureOpenAI","Simulated":true,"Endpoint":"https://proxy.example/openai/deployments/d/images/generations","Deployments":{"d":"gpt-image-1"}}}}""", "Gateway:Providers:a:Endpoint: 'https://proxy.example/openai/deployments/d/images/generations' has a path that is not Azure's, or that the gateway adds itself; a resource's URL is https://NAME.openai.azure.com")]
    public void Setting_that_can_never_work_is_a_mistake(string gateway, string mistake) => Assert.Equal(mistake, Assert.Single(Check(gateway).Mistakes));

    [Theory]
    [InlineData("""{"Routes":[{"Name":"r","Defaults":{"quality":"hd","size":"1792x1024","background":"opaque","output_format":"png","style":"vivid","output_compression":"50"}}]}""")]
    [InlineData("""{"Routes":[{"Name":"r","When":{"Model":"gpt-*"},"Defaults":{"quality":"auto","size":"auto"}}]}""")]
    [InlineData("""{"Routes":[{"Name":"r","When":{"Model":"GPT-image-1"}}]}""")]
    [InlineData("""{"Providers":{"a":{"Kind":"OpenAI","Simulated":true,"Models":["gpt-image-1"],"Timeout":"00:00:00.010","Circuit":{"MinimumThroughput":2,"Window":"00:00:00.5","Break":"00:00:00.5"}}}}""")]
    [InlineData("""{"Tenants":{"t":{"Models":["draft","dall-e-?"],"RequiredTags":["cost-centre"],"OnStoreFailure":"allow","EmergencyUsd":0.5}}}""")]
    [InlineData("""{"ImageUrlHosts":["images.example.com","LOCALHOST","127.0.0.1","::1","xn--bcher-kva.example"],"PublicUrl":"https://images.example.com/gateway"}""")]
    [InlineData("""{"Providers":{"a":{"Kind":"AzureOpenAI","Simulated":true,"Endpoint":"https://contoso.azure-api.net/images","Deployments":{"d":"gpt-image-1"},"ImageHosts":["pictures.example"]}}}""")]
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
