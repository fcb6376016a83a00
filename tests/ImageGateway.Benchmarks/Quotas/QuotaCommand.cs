using System.Diagnostics;
using ImageGateway.Quotas;
using ImageGateway.Quotas.Redis;

namespace ImageGateway.Benchmarks.Quotas;

/// <summary>
/// What a reservation and its settlement cost together: two scopes with two limits each, in memory and, when a server is
/// named, in Redis.
/// </summary>
internal static class QuotaCommand
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(string? redis)
    {
        Console.WriteLine("| store | callers | pairs/s | p50 µs | p99 µs |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        await MeasureAsync("memory", new MemoryQuotaStore(new NoHistory(), TimeProvider.System), 1);
        if (redis is null)
            return 0;
        // The first calls compile and load the scripts, on a machine that may be busy.
        using var link = await RedisLink.ConnectAsync(redis, TimeSpan.FromSeconds(10));
        foreach (var callers in (int[])[1, 8, 64])
            await MeasureAsync("Redis", new RedisQuotaStore(link, new NoHistory()), callers);
        return 0;
    }

    private static async Task MeasureAsync(string name, IQuotaStore store, int callers)
    {
        // Compiles everything, in a second.
        await LoadAsync(store, callers, TimeSpan.FromSeconds(1));
        var clock = Stopwatch.StartNew();
        var times = await LoadAsync(store, callers, Length);
        var elapsed = clock.Elapsed;
        times.Sort();
        Console.WriteLine($"| {name} | {callers} | {times.Count / elapsed.TotalSeconds:0} | {At(times, 0.5):0.0} | {At(times, 0.99):0.0} |");
    }

    private static double At(List<long> times, double share) => Stopwatch.GetElapsedTime(0, times[(int)(times.Count * share)]).TotalMicroseconds;

    private static async Task<List<long>> LoadAsync(IQuotaStore store, int callers, TimeSpan length)
    {
        var clock = Stopwatch.StartNew();
        var all = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(() => CallAsync(store, clock, length))));
        return [.. all.SelectMany(times => times)];
    }

    private static async Task<List<long>> CallAsync(IQuotaStore store, Stopwatch clock, TimeSpan length)
    {
        const long Budget = 1_000_000_000_000_000;
        var times = new List<long>(1 << 20);
        var now = TimeProvider.System.GetUtcNow();
        CounterUse[] uses =
        [
            Use("tenant:acme", "images_per_minute", 1_000_000_000, 1, now), Use("tenant:acme", "usd_per_day", Budget, 40_000_000, now),
            Use("key:acme/web", "images_per_minute", 1_000_000_000, 1, now), Use("key:acme/web", "usd_per_month", Budget, 40_000_000, now),
        ];
        while (clock.Elapsed < length)
        {
            var id = Guid.CreateVersion7().ToString();
            var start = Stopwatch.GetTimestamp();
            var answer = await store.ReserveAsync("acme", id, uses);
            if (!answer.IsGranted || !await store.SettleAsync("acme", id, 1, 0))
                throw new InvalidOperationException("the store refused");
            times.Add(Stopwatch.GetTimestamp() - start);
        }
        return times;
    }

    private static CounterUse Use(string scope, string word, long most, long amount, DateTimeOffset now) => new(scope, new Limit(LimitKind.ByWord[word], most, null), amount, now);
}
