using System.Net;
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
        var error = new ImageGateway.Images.GatewayError(ImageGateway.Images.ErrorKind.UpstreamError, "No.");
        var all = UpstreamFailure.OfAll([new(FailureKind.Broken, error, TimeSpan.FromSeconds(2)), new(FailureKind.MayBill, error), new(FailureKind.Refusal, error)])!;
        Assert.Equal((FailureKind.Refusal, true, TimeSpan.FromSeconds(2)), (all.Kind, all.MayBeBilled, all.Rest));
        Assert.Null(UpstreamFailure.OfAll([]));
    }

    [Fact]
    public void Model_that_is_gone_is_not_found()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.Gone);
        using var job = Plans.Job("gpt-image-1");
        var attempt = new Attempt(job, ShippedCatalogue.Model("gpt-image-1"), "gpt-image-1", [], new DefaultHttpContext());

        var failure = UpstreamErrors.Map(response, default, attempt, Secrets, DateTimeOffset.UnixEpoch);

        Assert.Equal((FailureKind.Request, 404), (failure.Kind, ImageGateway.Images.ErrorEnvelope.Status(failure.Error)));
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
