using System.Globalization;
using System.Text.Json;
using ImageGateway.Images;
using ImageGateway.Images.Masks;
using ImageGateway.Providers.Bodies;

namespace ImageGateway.Providers.OpenAiCompatible;

/// <summary>
/// An edit as JSON for a provider that accepts no forms: a JSON client's other members stay unchanged, a form's fields become
/// members.
/// </summary>
internal static class JsonEdit
{
    // Written anew, whatever the client's format for images; a mask has already been converted.
    private static readonly string[] Pictures = ["image", "images", "mask", LuminanceMask.Parameter];

    /// <summary>The body with the edits applied; takes ownership of them.</summary>
    public static SplicedJsonContent Create(Attempt attempt, List<ParameterChange> edits)
    {
        var job = attempt.Job;
        foreach (var fields in ((job.Body as FormBody)?.Fields ?? []).GroupBy(field => field.Name))
        {
            if (!edits.Exists(edit => edit.Name == fields.Key))
                edits.Add(Member(fields.Key, [.. fields.Select(field => field.Value)], job.Parameters));
        }
        edits.RemoveAll(edit => Pictures.Contains(edit.Name));
        edits.AddRange(Pictures.Select(name => new ParameterChange(name, null)));
        return new SplicedJsonContent(job.Body as JsonBody, [.. edits], new JsonPictures(job.Images, job.Mask), attempt.Sent);
    }

    // A form has numbers and booleans as text, and a list as a repeated field.
    private static ParameterChange Member(string name, List<string> values, ImageParameters asked) => name switch
    {
        "n" => Number(name, asked.N),
        "output_compression" => Number(name, asked.OutputCompression),
        "partial_images" => Number(name, asked.PartialImages),
        "stream" => new ParameterChange(name, asked.Stream ? "true" : "false", IsText: false),
        _ when values.Count > 1 => new ParameterChange(name, $"[{string.Join(',', values.Select(value => $"\"{JsonEncodedText.Encode(value)}\""))}]", IsText: false),
        _ => new ParameterChange(name, values[0]),
    };

    private static ParameterChange Number(string name, int? value) => new(name, value?.ToString(CultureInfo.InvariantCulture), IsText: false);
}
