using System.Globalization;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Faults;

namespace ImageGateway.Simulator.Endpoints;

/// <summary>Limits every deployment to <see cref="SimulatorOptions.RequestsPerMinute"/> in any 60 s, and reports the remainder in headers.</summary>
internal sealed class Meter(SimulatorOptions options)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Account, string? Deployment), Queue<DateTimeOffset>> _taken = [];

    /// <summary>Counts the call; returns a fault when it exceeds the limit. Refused calls do not count.</summary>
    public Fault? Take(Call call, IHeaderDictionary answer)
    {
        if (options.RequestsPerMinute is not { } limit)
            return null;
        var now = options.TimeProvider.GetUtcNow();
        lock (_gate)
        {
            var key = (call.Account, call.Deployment ?? call.Model);
            if (!_taken.TryGetValue(key, out var taken))
                _taken[key] = taken = new Queue<DateTimeOffset>();
            while (taken.TryPeek(out var oldest) && now - oldest >= Window)
                taken.Dequeue();
            var isFree = taken.Count < limit;
            if (isFree)
                taken.Enqueue(now);
            answer["x-ratelimit-limit-requests"] = Text(limit);
            answer["x-ratelimit-remaining-requests"] = Text(limit - taken.Count);
            return isFree ? null : TooMany(taken.Peek() + Window - now);
        }
    }

    private static Fault TooMany(TimeSpan wait) => new()
    {
        Status = StatusCodes.Status429TooManyRequests,
        Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["retry-after"] = Text((int)Math.Ceiling(wait.TotalSeconds)) },
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
