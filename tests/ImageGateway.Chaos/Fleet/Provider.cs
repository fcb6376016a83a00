using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageGateway.Benchmarks.Processes;
using ImageGateway.Simulator;
using ImageGateway.Simulator.Calls;

namespace ImageGateway.Chaos.Fleet;

/// <summary>A simulated provider in a process of its own, which outlives every fault, since its log is what the ledger is held against.</summary>
internal sealed class Provider : IDisposable
{
    private static readonly JsonSerializerOptions Wire = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly HttpClient _http;

    private Provider(string name, Uri url) => (Name, Url, _http) = (name, url, new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromMinutes(2) });

    /// <summary>Its name in the gateways' configuration.</summary>
    public string Name { get; }

    public Uri Url { get; }

    /// <summary>Starts one and waits until it listens.</summary>
    public static Provider Start(string name, ChildProcesses children)
    {
        var port = FreePort.Next();
        var process = children.Start(DotNet.Self("provider", $"{port}") with { Name = name });
        process.WaitUntilItListens(port, TimeSpan.FromSeconds(30));
        return new Provider(name, new Uri($"http://127.0.0.1:{port}"));
    }

    /// <summary>The process itself: pictures from stock, each answer after as long as a client of a fast provider waits.</summary>
    public static async Task<int> ServeAsync(int port)
    {
        var options = new SimulatorOptions
        {
            Urls = $"http://127.0.0.1:{port}",
            IsStock = true,
            KeptCalls = 1_000_000,
            ResponseDelay = TimeSpan.FromMilliseconds(60),
            EventDelay = TimeSpan.FromMilliseconds(20),
        };
        await SimulatorHost.Build(options, []).RunAsync();
        return 0;
    }

    /// <summary>Orders a fault for all calls from now on; the first that is ordered comes first.</summary>
    public async Task BreakAsync(JsonObject fault)
    {
        using var response = await _http.PostAsJsonAsync("/_simulator/faults", new JsonObject { ["fault"] = fault });
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Ends all faults.</summary>
    public async Task MendAsync()
    {
        using var response = await _http.DeleteAsync("/_simulator/faults");
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Every call it took.</summary>
    public async Task<IReadOnlyList<Call>> CallsAsync()
    {
        var list = await _http.GetFromJsonAsync<CallList>("/_simulator/calls", Wire) ?? throw new InvalidDataException("no calls");
        return list.Total == list.Calls.Count ? list.Calls : throw new InvalidDataException($"{Name} has forgotten {list.Total - list.Calls.Count} calls");
    }

    public void Dispose() => _http.Dispose();

    private sealed record CallList(long Total, IReadOnlyList<Call> Calls);
}
