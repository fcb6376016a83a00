using ImageGateway.Images;
using ImageGateway.Images.Masks;

namespace ImageGateway.Providers.Bodies;

/// <summary>Builds the body of an attempt from the client's: JSON stays JSON and a form a form, unless the provider requires the other.</summary>
internal static class UpstreamBody
{
    /// <summary>The attempt's body with <paramref name="model"/> as its model (null: without one).</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="model">The name to write.</param>
    /// <param name="jsonEdits">False if the provider accepts edits only as forms.</param>
    /// <param name="changes">The parameters to change; the attempt's when null.</param>
    public static HttpContent For(Attempt attempt, string? model, bool jsonEdits, IEnumerable<ParameterChange>? changes = null)
    {
        // The job's mask has already been converted; providers reject unknown parameters.
        ParameterChange[] edits = [new("model", model), new(LuminanceMask.Parameter, null), .. changes ?? attempt.Edits];
        return attempt.Job.Body switch
        {
            JsonBody json when attempt.Job.Operation == Operation.Generation || (jsonEdits && !attempt.Job.MustSendBytes) => new SplicedJsonContent(json, edits, sent: attempt.Sent),
            JsonBody json => new WatchedContent(FormContent.Create(attempt.Job, JsonFields.Read(json), edits), attempt.Sent),
            FormBody form => new WatchedContent(FormContent.Create(attempt.Job, form.Fields, edits), attempt.Sent),
            var other => throw new InvalidOperationException($"no form for {other.GetType().Name}"),
        };
    }
}
