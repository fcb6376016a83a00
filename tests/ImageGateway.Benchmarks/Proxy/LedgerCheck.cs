using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using ImageGateway.Benchmarks.Load;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>
/// Whether the ledger has what was measured: as many requests as were answered, and the nano-USD of the usage that the stub
/// answered with. A figure of a gateway that loses entries is no figure.
/// </summary>
internal static class LedgerCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Waits for the last entries, which are written after the answer.</summary>
    /// <exception cref="LoadException">They differ.</exception>
    public static void Verify(ProxySystem system, long requests)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{system.Port}") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Gateway.AdminKey);
        var begin = Stopwatch.GetTimestamp();
        var (expected, found) = ((requests, requests * Answers.NanoUsd), (0L, 0L));
        while ((found = (Requests(client), NanoUsd(client))) != expected)
        {
            if (Stopwatch.GetElapsedTime(begin) > Patience)
                throw new LoadException($"{system.Name}: the ledger has {found.Item1} requests of {found.Item2} nano-USD instead of {expected.requests} of {expected.Item2}.");
            Thread.Sleep(200);
        }
        Console.Error.WriteLine($"{system.Name}: {requests} requests, and as many ledger entries of {expected.Item2} nano-USD together.");
    }

    private static long Requests(HttpClient client) =>
        Results(client, "/v1/organization/usage/images").Sum(result => result.GetProperty("num_model_requests").GetInt64());

    private static long NanoUsd(HttpClient client) =>
        Results(client, "/v1/organization/costs").Sum(result => (long)(result.GetProperty("amount").GetProperty("value").GetDecimal() * 1_000_000_000m));

    private static IEnumerable<JsonElement> Results(HttpClient client, string path)
    {
        var start = TimeProvider.System.GetUtcNow().AddDays(-1).ToUnixTimeSeconds();
        var json = client.GetStringAsync(new Uri($"{path}?start_time={start}&bucket_width=1d&limit=3", UriKind.Relative)).GetAwaiter().GetResult();
        return JsonDocument.Parse(json).RootElement.GetProperty("data").EnumerateArray().SelectMany(bucket => bucket.GetProperty("results").EnumerateArray());
    }
}
