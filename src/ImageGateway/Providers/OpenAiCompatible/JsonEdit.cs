using System.Globalization;
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
        foreach (var field in (job.Body as FormBody)?.Fields ?? [])
        {
            if (!edits.Exists(edit => edit.Name == field.Name))
                edits.Add(Member(field, job.Parameters));
        }
        edits.RemoveAll(edit => Pictures.Contains(edit.Name));
        edits.AddRange(Pictures.Select(name => new ParameterChange(name, null)));
        return new SplicedJsonContent(job.Body as JsonBody, [.. edits], new JsonPictures(job.Images, job.Mask), attempt.Sent);
    }

    // A form has numbers and booleans as text.
    private static ParameterChange Member(FormField field, ImageParameters asked) => field.Name switch
    {
        "n" => Number(field.Name, asked.N),
        "output_compression" => Number(field.Name, asked.OutputCompression),
        "partial_images" => Number(field.Name, asked.PartialImages),
        "stream" => new ParameterChange(field.Name, asked.Stream ? "true" : "false", IsText: false),
        _ => new ParameterChange(field.Name, field.Value),
    };

    private static ParameterChange Number(string name, int? value) => new(name, value?.ToString(CultureInfo.InvariantCulture), IsText: false);
}
