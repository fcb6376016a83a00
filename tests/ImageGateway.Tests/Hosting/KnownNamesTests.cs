using ImageGateway.Configuration;
using ImageGateway.Hosting;
using Microsoft.Extensions.Configuration.CommandLine;

namespace ImageGateway.Tests.Hosting;

/// <summary>Slips outside <c>Gateway</c>.</summary>
public sealed class KnownNamesTests
{
    private const string Gateway = "\"Gateway\":{\"Providers\":{\"a\":P}}";

    [Theory]
    [InlineData("\"ConnectionStrings\":{\"Redi\":\"localhost\"}", "ConnectionStrings:Redi: there is no such option here; the options are Database, Redis")]
    [InlineData("\"tenants\":{\"acme\":{}}", "tenants: belongs inside Gateway and has no effect beside it")]
    [InlineData("\"Serilog\":{\"MinimumLevel\":{\"Defualt\":\"Debug\"}}", "Serilog:MinimumLevel:Defualt: there is no such option here; the options are Default, Override")]
    [InlineData("\"Serilog\":{\"Format\":\"xml\"}", "Serilog:Format: 'xml' is not one of auto, json, text")]
    [InlineData("\"ConnectionStrings\":{\"Database\":\"Datenquelle=x\"}", "ConnectionStrings:Database: is not a valid connection string for SQLite (Data Source=FILE) or PostgreSQL (Host=…;Database=…)")]
    [InlineData("\"ConnectionStrings\":{\"Redis\":\"localhost,colour=blue\"}", "ConnectionStrings:Redis: is not a valid Redis connection string (HOST:PORT,password=…,ssl=true)")]
    public void Name_or_value_that_nothing_reads_is_a_mistake(string root, string mistake) => Assert.Equal(mistake, Assert.Single(Configurations.Check($$"""{ {{root}}, {{Gateway}} }""").Mistakes));

    [Fact]
    public void Mistakes_of_all_sections_come_at_once()
    {
        var (mistakes, _) = Configurations.Check("""
            { "Serilog": { "MinimumLevel": "Loud", "Format": "xml" }, "ConnectionStrings": { "Database": "x", "Redis": "a,b=c" }, "Routes": [], "Gateway": { "Colour": "blue", "Providers": {} } }
            """);
        Assert.Equal(
            ["ConnectionStrings:Database", "ConnectionStrings:Redis", "Gateway:Colour", "Gateway:Providers", "Routes", "Serilog:Format", "Serilog:MinimumLevel"],
            mistakes.Select(mistake => mistake.Split(": ")[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Other_name_at_the_root_is_a_warning()
    {
        var (mistakes, warnings) = Configurations.Check($$"""{ "Gatewy": { "Routes": [] }, "$schema": "s", "AllowedHosts": "*", "Urls": "http://*:1", "Kestrel": {}, "Logging": { "x": 1 }, "OTEL_SERVICE_NAME": "n", {{Gateway}} }""");
        Assert.Empty(mistakes);
        Assert.Equal("Gatewy: is not used; the names in use are Gateway, ConnectionStrings, Serilog, Kestrel, Logging, $schema", Assert.Single(warnings));
    }

    [Theory]
    [InlineData("--confg my.json", "--confg: there is no such switch; options are --Gateway:NAME")]
    [InlineData("--config my.json --URLS http://*:1 --environment Development --contentRoot=/ --applicationName x --Gateway:Limits:JsonBytes 1 --Serilog:Format json", null)]
    public void Switch_that_nothing_reads_is_a_mistake(string args, string? mistake)
    {
        var sources = new[] { new CommandLineConfigurationSource { Args = args.Split(' ') } };
        if (mistake is null)
            KnownNames.CheckSwitches(sources);
        else
            Assert.Equal(mistake, Assert.Single(Assert.Throws<ConfigurationException>(() => KnownNames.CheckSwitches(sources)).Mistakes));
    }
}
