using ImageGateway.Hosting;
using Microsoft.AspNetCore.Builder;

namespace ImageGateway.Tests.Hosting;

/// <summary>The file, and what stands above it.</summary>
public sealed class GatewayFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // As the environment gives it; the framework would keep the file's list, and the text would do nothing.
    [Theory]
    [InlineData("Gateway:Tenants:t:Models", "gpt-image-2")]
    [InlineData("Gateway:Tenants:t:Models:0", "gpt-image-2 dall-e-3")]
    [InlineData("Gateway", "* dall-e-3")]
    public void Text_for_a_list_takes_the_place_of_the_whole(string key, string models)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration[key] = "gpt-image-2";
        builder.Configuration["config"] = _folder.Write("gateway.json", $$"""{"Gateway":{"Providers":{"a":{{Configurations.Provider}} },"Tenants":{"t":{"Models":["*","dall-e-3"]} } } }""");
        var snapshot = GatewayConfiguration.Load(GatewayFile.AddTo(builder).Read(), null, TimeProvider.System, new Uri("http://127.0.0.1:1/"), []);
        Assert.Equal(models, string.Join(' ', snapshot.Tenants.Tenants["t"].Tenant!.Models));
    }

    // An environment variable over an entry that the file writes as an object; and no time at all, which has no unit.
    [Fact]
    public void Text_for_an_object_takes_the_place_of_the_whole()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration["Gateway:Routes:0:Targets:0"] = "a/gpt-image-1-mini";
        builder.Configuration["config"] = _folder.Write("gateway.json", """
            {"Gateway":{"DrainDelay":0,"Providers":{"a":{"Kind":"OpenAI","Simulated":true,"Models":["gpt-image-1","gpt-image-1-mini"]}},"Routes":[{"Name":"a","Targets":[{"Target":"a/gpt-image-1","Weight":3},"a/gpt-image-1"]}]}}
            """);
        var snapshot = GatewayConfiguration.Load(GatewayFile.AddTo(builder).Read(), null, TimeProvider.System, new Uri("http://127.0.0.1:1/"), []);
        Assert.Equal(["a/gpt-image-1-mini", "a/gpt-image-1"], snapshot.Routing.Routes[0].Targets.Select(target => target.Name));
        Assert.Equal(TimeSpan.Zero, snapshot.DrainDelay);
    }

    // As it may for levels of the log, of which some stand below the one that has the section's name.
    [Fact]
    public void Text_for_a_section_elsewhere_leaves_what_is_below_it()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration["Serilog:MinimumLevel"] = "Debug";
        builder.Configuration["config"] = _folder.Write("gateway.json", """{"Serilog":{"MinimumLevel":{"Override":{"ImageGateway.Api":"Warning"}}},"Gateway":{}}""");
        Assert.Equal("Warning", GatewayFile.AddTo(builder).Read()["Serilog:MinimumLevel:Override:ImageGateway.Api"]);
    }
}
