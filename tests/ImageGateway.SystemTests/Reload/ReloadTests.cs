using System.Net;
using ImageGateway.SystemTests.Running;
using static ImageGateway.SystemTests.Reload.OwnGateway;

namespace ImageGateway.SystemTests.Reload;

/// <summary>The configuration file changes while the gateway runs.</summary>
public sealed class ReloadTests
{
    private static readonly string West = $"\"Providers\": {{ {Account("west")} }}";
    private static readonly string East = $"\"Providers\": {{ {Account("east")} }}";

    [Fact]
    public async Task Changed_file_is_taken_and_no_request_is_lost_meanwhile()
    {
        await using var gateway = await OwnGateway.StartAsync(West);
        using var done = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(_ => CallAsync(gateway, done.Token)).ToList();

        foreach (var configuration in new[] { East, West, East })
        {
            var target = configuration == East ? "east" : "west";
            gateway.Write(configuration);
            await Until.TrueAsync(() => gateway.Log.Calls is [.., var last] && last.Account == target, $"calls go to {target}");
        }

        await done.CancelAsync();
        Assert.All(await Task.WhenAll(callers), statuses => Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status)));
    }

    [Theory]
    [InlineData("\"Providers\": {}")]
    [InlineData("\"Providers\": { \"west\": { \"Kind\": \"OpenAI\", \"Simulated\": true, \"Models\": [ \"no-such-model\" ] } }")]
    [InlineData("\"Providers\": { ")]
    public async Task Bad_file_is_refused_and_the_one_before_stays(string bad)
    {
        await using var gateway = await OwnGateway.StartAsync(West);

        gateway.Write(bad);
        // Nothing shows from outside that a file was refused; a good one after it shows that it was looked at.
        using var still = await gateway.GenerateAsync();
        gateway.Write(East);
        await Until.TrueAsync(async () => await TargetAsync(gateway) == "east/gpt-image-1", "the good file is taken");

        Assert.Equal("west/gpt-image-1", still.Headers.GetValues("x-gateway-target").Single());
    }

    [Fact]
    public async Task Key_file_that_changes_is_read_again()
    {
        await using var gateway = await OwnGateway.StartAsync("\"Providers\": { " + Account("west", more: ", \"ApiKey\": \"file:secrets/openai\"") + " }");
        using var before = await gateway.GenerateAsync();

        gateway.WriteSecret("secrets/openai", "sk-rotated-0123456789");
        await Until.TrueAsync(async () => (await KeyAsync(gateway)).Contains("sk-rotated-0123456789", StringComparison.Ordinal), "the provider gets the new key");
        gateway.WriteSecret("secrets/acme", "igw_rotated_0123456789");
        await Until.TrueAsync(async () => (await gateway.GenerateAsync()).StatusCode == HttpStatusCode.Unauthorized, "the tenant's old key is void");
    }

    private static async Task<string> KeyAsync(OwnGateway gateway)
    {
        using var response = await gateway.GenerateAsync();
        return gateway.Log.Calls[^1].Key ?? "";
    }

    private static async Task<string> TargetAsync(OwnGateway gateway)
    {
        using var response = await gateway.GenerateAsync();
        return response.Headers.GetValues("x-gateway-target").Single();
    }

    private static async Task<List<HttpStatusCode>> CallAsync(OwnGateway gateway, CancellationToken done)
    {
        var statuses = new List<HttpStatusCode>();
        while (!done.IsCancellationRequested)
        {
            using var response = await gateway.GenerateAsync();
            statuses.Add(response.StatusCode);
        }
        return statuses;
    }
}
