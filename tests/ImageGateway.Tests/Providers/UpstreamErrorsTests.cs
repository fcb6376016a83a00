using System.Net;
using ImageGateway.Providers;
using ImageGateway.Tests.Catalog;
using ImageGateway.Tests.Routing;
using Microsoft.AspNetCore.Http;

namespace ImageGateway.Tests.Providers;

public sealed class UpstreamErrorsTests
{
    private static readonly string[] Secrets = ["api.example", "", "org-1"];

    [Fact]
    public void Message_passes_without_what_must_not_show()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.BadRequest);
        using var job = Plans.Job("gpt-image-1");
        var attempt = new Attempt(job, ShippedCatalogue.Model("gpt-image-1"), "img-std", [], new DefaultHttpContext());

        var failure = UpstreamErrors.Map(response, """{"error":{"message":"org-1 has no img-std at API.example."}}"""u8, attempt, Secrets, DateTimeOffset.UnixEpoch);

        Assert.Equal("… has no gpt-image-1 at ….", failure.Error.Message);
    }

    // What was not sent whole was never asked for.
    [Theory]
    [InlineData(504, true, "MayBill")]
    [InlineData(524, true, "MayBill")]
    [InlineData(504, false, "Broken")]
    [InlineData(502, true, "Broken")]
    [InlineData(408, true, "Broken")]
    public void Time_out_of_a_proxy_may_be_billed_when_the_request_was_sent(int status, bool isSent, string kind)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status);
        using var job = Plans.Job("gpt-image-1");
        var attempt = new Attempt(job, ShippedCatalogue.Model("gpt-image-1"), "gpt-image-1", [], new DefaultHttpContext());
        if (isSent)
            attempt.Sent();

        Assert.Equal(kind, $"{UpstreamErrors.Map(response, default, attempt, Secrets, DateTimeOffset.UnixEpoch).Kind}");
    }
}
