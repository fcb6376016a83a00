using System.Globalization;
using ImageGateway.Quotas;

namespace ImageGateway.Api;

/// <summary>Reports the state of a client's limits in the headers that OpenAI's clients read.</summary>
internal static class QuotaHeaders
{
    /// <summary>Writes the reservation, the tightest limits of requests and images per minute, and the limits that only warn.</summary>
    public static void Write(HttpContext http, Reservation reservation)
    {
        if (reservation.Refusal is null)
            http.Response.Headers["x-gateway-reserved-usd"] = reservation.Held.ToString();
        Write(http, reservation.Counters);
    }

    /// <summary>Writes the tightest limits of requests and images per minute, and the limits that only warn.</summary>
    public static void Write(HttpContext http, IEnumerable<(CounterUse Use, CounterState State)> counters)
    {
        (CounterUse Use, CounterState State)? requests = null, images = null;
        foreach (var counter in counters)
        {
            var (use, state) = counter;
            if (use.Limit.Warned is { } warned && state.Used + state.Held > warned)
                http.Response.Headers.Append("x-gateway-warning", use.Limit.Kind.Word);
            if (use.Shape != LimitShape.Minute)
                continue;
            if (use.Measure == Measure.Requests && IsTighter(counter, requests))
                requests = counter;
            else if (use.Measure == Measure.Images && IsTighter(counter, images))
                images = counter;
        }
        Write(http, "requests", requests);
        Write(http, "images", images);
    }

    private static bool IsTighter((CounterUse Use, CounterState State) a, (CounterUse Use, CounterState State)? b) =>
        b is not { } other || a.State.Remaining(a.Use.Limit.Max) < other.State.Remaining(other.Use.Limit.Max);

    private static void Write(HttpContext http, string what, (CounterUse Use, CounterState State)? tightest)
    {
        if (tightest is not { } counter)
            return;
        var (max, headers) = (counter.Use.Limit.Max, http.Response.Headers);
        var remaining = counter.State.Remaining(max);
        // The request was counted before its job was read, and of its end user is known only now: the tighter of the two stays.
        if (long.TryParse(headers[$"x-ratelimit-remaining-{what}"], CultureInfo.InvariantCulture, out var told) && told < remaining)
            return;
        headers[$"x-ratelimit-limit-{what}"] = max.ToString(CultureInfo.InvariantCulture);
        headers[$"x-ratelimit-remaining-{what}"] = remaining.ToString(CultureInfo.InvariantCulture);
        // When the bucket is full again, provided that nothing more is taken.
        headers[$"x-ratelimit-reset-{what}"] = string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(counter.State.Used * 60_000m / max)}ms");
    }
}
