using System.Globalization;
using ImageGateway.Benchmarks.Load;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>A request repeated by a number of callers, written <c>answer/callers</c> as in <c>1.5MB/16</c>.</summary>
internal sealed record ProxyCase(Answer Answer, int Callers)
{
    public static readonly string[] Usual =
        ["2KB/1", "2KB/16", "2KB/64", "1.5MB/1", "1.5MB/16", "1.5MB/64", "SSE/16", "8MB/4", "first-event/1"];

    public static readonly string[] Smoke = ["2KB/16", "1.5MB/16", "SSE/16", "8MB/4", "first-event/1"];

    public string Name => $"{Answer.Name}/{Callers}";

    /// <summary>Whether the latency of the first event is what is asked, rather than throughput.</summary>
    public bool IsFirstEvent => Answer == Answers.FirstEvent;

    private readonly Dictionary<string, LoadRequest[]> _requests = [];

    /// <summary>The requests of each tenant of that system, with its headers.</summary>
    public IReadOnlyList<LoadRequest> RequestsTo(ProxySystem system) => _requests.TryGetValue(system.Name, out var requests)
        ? requests
        : _requests[system.Name] = [.. Enumerable.Range(0, system.Tenants).Select(tenant => Requests.For(Answer, system.Headers, tenant))];

    /// <summary>The case of that name, with any number of callers.</summary>
    /// <exception cref="FormatException">There is no such case.</exception>
    public static ProxyCase Parse(string text)
    {
        var parts = text.Split('/');
        var answer = Array.Find(Answers.All, answer => answer.Name.Equals(parts[0], StringComparison.OrdinalIgnoreCase));
        if (answer is null || parts.Length != 2 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var callers) || callers < 1)
            throw new FormatException($"There is no case '{text}'.");
        return new ProxyCase(answer, callers);
    }
}
