using System.Net;
using ImageGateway.Images;
using ImageGateway.Providers;
using ImageGateway.Tests.Catalog;
using ImageGateway.Tests.Routing;
using Microsoft.AspNetCore.Http;

namespace ImageGateway.Tests.Providers;

public sealed class UpstreamErrorsTests
{
    private static readonly string[] Secrets = ["api.example", "", "org-1"];

    [Theory]
    [InlineData("img-std", "org-1 has no img-std at API.example.", "… has no gpt-image-1 at ….")]
    [InlineData("image", "The deployment 'Image' takes no image/webp, and images no mask.", "The deployment 'gpt-image-1' takes no gpt-image-1/webp, and images no mask.")]
    public void Message_passes_without_what_must_not_show(string deployment, string message, string shown)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.BadRequest);
        using var job = Plans.Job("gpt-image-1");
        var attempt = new Attempt(job, ShippedCatalogue.Model("gpt-image-1"), deployment, [], new DefaultHttpContext());

        var failure = UpstreamErrors.Map(response, System.Text.Encoding.UTF8.GetBytes("{\"error\":{\"message\":\"" + message + "\"}}"), attempt, Secrets, DateTimeOffset.UnixEpoch);

        Assert.Equal(shown, failure.Error.Message);
    }

    [Fact]
    public void Refusal_beside_what_may_be_billed_is_both()
    {
        var error = new GatewayError(ErrorKind.UpstreamError, "No.");
        var all = UpstreamFailure.OfAll([new(FailureKind.Broken, error, TimeSpan.FromSeconds(2)), new(FailureKind.MayBill, error), new(FailureKind.Refusal, error)])!;
        Assert.Equal((FailureKind.Refusal, true, TimeSpan.FromSeconds(2)), (all.Kind, all.MayBeBilled, all.Rest));
        Assert.True(UpstreamFailure.OfAll([new(FailureKind.RateLimited, error) { IsAssumed = true }, new(FailureKind.Broken, error)])!.IsAssumed);
        Assert.Null(UpstreamFailure.OfAll([]));
    }

    [Fact]
    public void Model_that_is_gone_is_not_found()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.Gone);
        using var job = Plans.Job("gpt-image-1");
        var attempt = new Attempt(job, ShippedCatalogue.Model("gpt-image-1"), "gpt-image-1", [], new DefaultHttpContext());

        var failure = UpstreamErrors.Map(response, default, attempt, Secrets, DateTimeOffset.UnixEpoch);

        Assert.Equal((FailureKind.Request, 404), (failure.Kind, ErrorEnvelope.Status(failure.Error)));
    }

    // The client learns what its request met, and no other target is asked; 425 and 407 are not about the request.
    [Theory]
    [InlineData(405, "Request", 405)]
    [InlineData(406, "Request", 406)]
    [InlineData(412, "Request", 412)]
    [InlineData(418, "Request", 418)]
    [InlineData(421, "Broken", 502)]
    [InlineData(423, "Request", 423)]
    [InlineData(428, "Request", 428)]
    [InlineData(431, "Request", 431)]
    [InlineData(451, "Request", 451)]
    [InlineData(409, "Broken", 409)]
    [InlineData(425, "Broken", 502)]
    [InlineData(407, "Account", 503)]
    public void Any_other_4xx_is_the_requests_own(int status, string kind, int told)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status);
        using var job = Plans.Job("gpt-image-1");
        var attempt = new Attempt(job, ShippedCatalogue.Model("gpt-image-1"), "gpt-image-1", [], new DefaultHttpContext());

        var failure = UpstreamErrors.Map(response, "{\"error\":{\"message\":\"Not here.\",\"code\":\"not_here\"}}"u8, attempt, Secrets, DateTimeOffset.UnixEpoch);

        Assert.Equal((kind, told), ($"{failure.Kind}", ErrorEnvelope.Status(failure.Error)));
        if (kind == "Request")
            Assert.Equal(("Not here.", "not_here"), (failure.Error.Message, ErrorEnvelope.Code(failure.Error)));
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
