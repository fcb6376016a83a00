using System.Globalization;
using System.Net.Http.Headers;

namespace ImageGateway.Providers;

/// <summary>
/// The pause a provider asks for: <c>retry-after-ms</c>, Azure's <c>x-ms-retry-after-ms</c>, or <c>Retry-After</c> in seconds
/// or as a date.
/// </summary>
internal static class RetryAfter
{
    // A day: a longer pause is a mistake of the provider, or the end of an account.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>The requested pause, 0 to 24 hours; null when the headers have none.</summary>
    public static TimeSpan? Read(HttpResponseHeaders headers, DateTimeOffset now)
    {
        var wait = Milliseconds(headers, "retry-after-ms") ?? Milliseconds(headers, "x-ms-retry-after-ms")
            ?? headers.RetryAfter?.Delta ?? headers.RetryAfter?.Date - now;
        return wait is { } value ? TimeSpan.FromTicks(Math.Clamp(value.Ticks, 0, Longest.Ticks)) : null;
    }

    private static TimeSpan? Milliseconds(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values)
        && double.TryParse(values.First(), NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds)
        && milliseconds >= 0 && milliseconds <= Longest.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;
}
