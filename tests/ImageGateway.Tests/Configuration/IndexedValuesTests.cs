using System.Diagnostics;
using System.Text;
using ImageGateway.Configuration;
using ImageGateway.Hosting;
using Microsoft.Extensions.Configuration;

namespace ImageGateway.Tests.Configuration;

public sealed class IndexedValuesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("""{ "A": { "b": 1, "B2": [ 1, 2, 10, { "x": null } ], "empty": {}, "none": [], "text": "" }, "z": null, "Z1": true }""")]
    [InlineData("""{ "Gateway": { "Providers": { "b": {}, "a": { "Models": [ "m" ] } } } }""")]
    [InlineData("{}")]
    public void File_reads_as_the_framework_reads_it(string json)
    {
        var path = Write(json);
        var expected = new ConfigurationBuilder().AddJsonFile(path).Build();
        var actual = new ConfigurationBuilder().Add(IndexedValues.OfFile(path)).Build();

        Assert.Equal(expected.AsEnumerable(), actual.AsEnumerable());
    }

    [Fact]
    public void Shipped_file_reads_as_the_framework_reads_it() => Assert.Equal(
        new ConfigurationBuilder().AddJsonFile(GatewayConfiguration.Shipped).Build().AsEnumerable(),
        new ConfigurationBuilder().Add(IndexedValues.OfFile(GatewayConfiguration.Shipped)).Build().AsEnumerable());

    [Fact]
    public void Later_values_stand_above_earlier_ones_and_keep_their_children()
    {
        var above = IndexedValues.Of(new ConfigurationBuilder().AddInMemoryCollection([new("a:x", "2"), new("a:z", "3"), new("A:n", null)]).Build());
        var configuration = new ConfigurationBuilder().Add(new IndexedValues([new("a:x", "1"), new("a:y", "1"), new("a:n", "1")])).Add(above).Build();

        Assert.Equal([("n", null), ("x", "2"), ("y", "1"), ("z", "3")], configuration.GetSection("a").GetChildren().Select(child => (child.Key, child.Value)));
        configuration["a:new"] = "4";
        Assert.Equal("4", configuration.GetSection("a").GetChildren().Single(child => child.Key == "new").Value);
    }

    [Fact]
    public void Thousands_of_tenants_take_seconds()
    {
        var tenants = Enumerable.Range(0, 5000).Select(number => $$"""
            "t{{number}}": { "Keys": [ { "Name": "k", "Secret": "env:K", "Project": "p", "Limits": { "UsdPerMonth": 5 } } ], "Models": [ "*" ], "Projects": { "p": {} } }
            """);
        var section = new ConfigurationBuilder().Add(IndexedValues.OfFile(Write($$"""{ "Gateway": { "Tenants": { {{string.Join(",", tenants)}} } } }"""))).Build().GetSection("Gateway");
        var mistakes = new Mistakes("Gateway");
        var clock = Stopwatch.StartNew();

        var options = OptionsCheck.Run(section, typeof(GatewayOptions), mistakes).Get<GatewayOptions>()!;

        Assert.Empty(mistakes.All);
        Assert.Equal(5000, options.Tenants.Count);
        // Three minutes where each key is looked for among all.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    public void Dispose() => _folder.Dispose();

    private string Write(string json)
    {
        var path = Path.Combine(_folder.Path, "values.json");
        File.WriteAllText(path, json, Encoding.UTF8);
        return path;
    }
}
