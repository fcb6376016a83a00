using ImageGateway.Images;
using ImageGateway.Quotas;
using ImageGateway.Tenants;

namespace ImageGateway.Hosting;

/// <summary>
/// The limits in force, from the configuration and the control plane; the book is rebuilt when either changes and when a top-up
/// may have expired.
/// </summary>
internal sealed class LimitBooks(Func<GatewaySnapshot> snapshot, TenantDirectory tenants, TimeProvider time)
{
    private volatile Made? _made;

    private sealed record Made(GatewaySnapshot From, IReadOnlyList<IssuedLimits> Issued, DateTimeOffset Until, LimitBook Book);

    public LimitBook Current
    {
        get
        {
            var (from, issued, now, made) = (snapshot(), tenants.Limits, time.GetUtcNow(), _made);
            if (made is null || !ReferenceEquals(made.From, from) || !ReferenceEquals(made.Issued, issued) || now >= made.Until)
                _made = made = new Made(from, issued, NextEnd(issued, now), new LimitBook(from.ConfiguredLimits.Concat(issued.Select(limits => limits.At(now, Ignore))), made?.Book));
            return made.Book;
        }
    }

    private static DateTimeOffset NextEnd(IReadOnlyList<IssuedLimits> issued, DateTimeOffset now) =>
        issued.SelectMany(limits => limits.TopUps).Select(topUp => DateTimeOffset.FromUnixTimeSeconds(Math.Min(topUp.ExpiresAt, Days.LastSecond))).Where(end => end > now).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();

    // They were validated when they were set.
    private static void Ignore(string option, string mistake) { }
}
