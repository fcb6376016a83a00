using System.Net;
using ImageGateway.Images;
using ImageGateway.Tenants;

namespace ImageGateway.Tests.Tenants;

public sealed class FailedAuthenticationsTests : IDisposable
{
    private static readonly GatewayError Error = new(ErrorKind.InvalidApiKey, "Incorrect API key provided.");
    private readonly FailedAuthentications _failures = new();

    public void Dispose() => _failures.Dispose();

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1")]
    [InlineData("2001:db8::1", "2001:db8::2")]
    public void Same_place_is_limited(string first, string then)
    {
        for (var i = 0; i < FailedAuthentications.Limit; i++)
            Assert.Same(Error, _failures.Count(IPAddress.Parse(first), Error));

        var refused = _failures.Count(IPAddress.Parse(then), Error);

        Assert.Equal(ErrorKind.RateLimited, refused.Kind);
        Assert.InRange(refused.RetryAfter!.Value.TotalSeconds, 1, 60);
    }

    [Fact]
    public void Other_address_is_not_limited()
    {
        for (var i = 0; i <= FailedAuthentications.Limit; i++)
            _failures.Count(IPAddress.Parse("192.0.2.1"), Error);
        // Two of them may share a counter with the first, not all of them.
        Assert.Contains(Enumerable.Range(1, 3), i => _failures.Count(IPAddress.Parse($"198.51.100.{i}"), Error) == Error);
    }

    [Fact]
    public void Unknown_address_counts_as_one() => Assert.Same(Error, _failures.Count(null, Error));
}
