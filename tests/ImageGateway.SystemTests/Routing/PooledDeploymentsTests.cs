using ImageGateway.Simulator;
using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests;

namespace ImageGateway.SystemTests.Routing;

/// <summary>Deployments with tiny budgets, pooled; the gateway and the providers that meter it go by one clock, which the test sets.</summary>
public sealed class PooledDeploymentsTests
{
    private const int Jobs = 40;
    private const string Limited = """{ "Model": "gpt-image-1", "RequestsPerMinute": 6 }""";

    private static readonly string Three = $$"""
        "Providers": { {{OwnGateway.Account("a", Limited)}}, {{OwnGateway.Account("b", Limited)}}, {{OwnGateway.Account("c", Limited)}} },
        "Routes": [ { "Name": "all", "MaxWait": "00:05:00" } ]
        """;

    [Fact]
    public async Task Three_of_6_a_minute_serve_18_a_minute_without_one_429()
    {
        var time = new ManualTime();
        var start = time.Now;
        await using var gateway = await OwnGateway.StartAsync(Three, new SimulatorOptions { RequestsPerMinute = 6, TimeProvider = time });
        var jobs = Enumerable.Range(0, Jobs).Select(_ => gateway.GenerateAsync()).ToList();
        var served = new List<(double Second, int Count)> { (0, await ServedAsync(gateway, jobs)) };
        while (served[^1].Second < 125)
        {
            // A call is metered at the moment it was admitted: the clock stands until it has ended.
            time.AdvanceToTimer();
            served.Add(((time.Now - start).TotalSeconds, await ServedAsync(gateway, jobs)));
        }

        // A timer that is set while the clock moves is late by a tick, a second at most.
        int[] seconds = [0, 59, 64, 119, 125];
        Assert.Equal([18, 18, 36, 36, 40], seconds.Select(second => served.Last(at => at.Second <= second).Count));
        Assert.All(gateway.Log.Calls, call => Assert.Equal(200, call.Status));
        Assert.Equal(Jobs, gateway.Log.Calls.Count);
        foreach (var job in jobs)
        {
            using var response = await job;
            await response.ImagesAsync();
        }
    }

    /// <summary>How many jobs are served when none is under way: every other one waits.</summary>
    private static async Task<int> ServedAsync(OwnGateway gateway, List<Task<HttpResponseMessage>> jobs)
    {
        await Until.TrueAsync(() => jobs.Count(job => job.IsCompleted) + gateway.Waiting == Jobs, "no job is under way");
        return jobs.Count(job => job.IsCompleted);
    }
}
