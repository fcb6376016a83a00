using ImageGateway.Catalog;
using ImageGateway.Images;

namespace ImageGateway.Routing;

/// <summary>Why a model cannot do a job: the parameter that rules it out, and the allowed values.</summary>
internal sealed record Misfit(string Param, string Message);

/// <summary>Checks a job against a model's abilities in the catalogue.</summary>
internal static class Fitness
{
    /// <summary>Why the target cannot do what its model can do elsewhere; null when it can.</summary>
    public static Misfit? CheckTarget(ImageJob job, ImageParameters sent, Target target) =>
        sent.Count > MostAtOnce(target) ? Invalid("n", sent.Count, $"1 to {MostAtOnce(target)}, which is all that the targets here take in a minute")
        : job.FileIds > 0 && !target.Provider.TakesJsonEdits ? new Misfit("images", "No target here accepts a 'file_id'. Send the image as a data: URL.")
        : job.Parameters.ResponseFormat == "b64_json" && target.Model.HasAddressesOnly && target.ImageHosts.Count == 0 ? Invalid("response_format", "b64_json", $"url for the model '{target.Model.Name}'")
        : target.Provider.KnowsWebP ? null
        : sent.OutputFormat == "webp" ? Invalid("output_format", "webp", "png, jpeg for the targets here")
        : HasWebP(job) ? new Misfit(Pictures(job), "No target here accepts WebP images. Send PNG or JPEG.")
        : null;

    /// <summary>The first reason why the model cannot do the job; null when it can.</summary>
    public static Misfit? Check(ImageJob job, ImageParameters sent, Model model) =>
        OperationOf(job, model) ?? Prompt(job, model) ?? Counts(sent, model) ?? Words(sent, model) ?? Answer(job, sent, model) ?? Inputs(job, model);

    // A job is done whole or not at all: no wait would make room for more than a minute's worth.
    private static long MostAtOnce(Target target) =>
        Math.Min(target.ImagesPerMinute ?? long.MaxValue, target.RequestsPerMinute is { } calls ? (long)calls * target.Model.MaxN : long.MaxValue);

    private static Misfit? OperationOf(ImageJob job, Model model) =>
        model.Operations.Contains(job.Operation) ? null
        : job.Operation == Operation.Variation ? new Misfit("model", $"The model '{model.Name}' does not support variations. Use /v1/images/edits with a prompt instead.")
        : new Misfit("model", $"The model '{model.Name}' does not support {(job.Operation == Operation.Edit ? "edits" : "generations")}.");

    private static Misfit? Prompt(ImageJob job, Model model)
    {
        // A text has at least half as many code points as UTF-16 units, so the exact count is seldom needed.
        if (job.Prompt.Length <= model.MaxPrompt)
            return null;
        var length = job.Prompt.EnumerateRunes().Count();
        return length <= model.MaxPrompt ? null : Invalid("prompt", $"a text of {length} characters", $"at most {model.MaxPrompt} characters for the model '{model.Name}'");
    }

    private static Misfit? Counts(ImageParameters asked, Model model)
    {
        // More images than one call returns are fanned out, but a stream cannot be.
        if (asked.Stream && asked.Count > model.MaxN)
            return Invalid("n", asked.N, $"{(model.MaxN == 1 ? "1" : $"1 to {model.MaxN}")} with 'stream' for the model '{model.Name}'");
        if (asked.Stream && !model.Stream)
            return new Misfit("stream", $"The model '{model.Name}' does not support 'stream'.");
        if (asked.PartialImages > model.MaxPartialImages && asked.Stream)
            return Invalid("partial_images", asked.PartialImages, $"0 to {model.MaxPartialImages}");
        return null;
    }

    private static Misfit? Words(ImageParameters asked, Model model)
    {
        if (asked.Size is { } size and not "auto" && !(ImageSize.TryParse(size, out var parsed) && model.Sizes.Allows(parsed)))
            return Invalid("size", size, $"{model.Sizes} for the model '{model.Name}'");
        if (asked.Quality is { } quality and not "auto" && !model.Qualities.Contains(quality))
            return Invalid("quality", quality, $"{string.Join(", ", model.Qualities)}{(model.AutoQuality ? ", auto" : "")} for the model '{model.Name}'");
        if (asked.Background is { } background && !model.Backgrounds.Contains(background) && (model.Backgrounds.Count > 0 || background == "transparent"))
            return Invalid("background", background, Listed(model.Backgrounds, model));
        if (asked.OutputFormat is { } format && !model.Formats.Contains(format) && (model.Formats.Count > 0 || format != "png"))
            return Invalid("output_format", format, Listed(model.Formats, model));
        if (asked is { Background: "transparent", OutputFormat: "jpeg" })
            return Invalid("background", "transparent", "opaque or auto with output_format jpeg, which has no transparency");
        if (asked.InputFidelity is { } fidelity and not "low" && !model.Fidelities.Contains(fidelity))
            return Invalid("input_fidelity", fidelity, Listed(model.Fidelities, model));
        return null;
    }

    // Events carry their images, not URLs.
    private static Misfit? Answer(ImageJob job, ImageParameters asked, Model model) => asked.ResponseFormat switch
    {
        _ when job.Parameters is { Stream: true, ResponseFormat: "url" } => Invalid("response_format", "url", "b64_json with 'stream'"),
        null or "b64_json" => null,
        "url" => null,
        var other => Invalid("response_format", other, "b64_json or url"),
    };

    private static Misfit? Inputs(ImageJob job, Model model)
    {
        if (job.Images.Count > model.MaxImages)
            return new Misfit(Pictures(job), $"The model '{model.Name}' accepts at most {model.MaxImages} input images, not {job.Images.Count}.");
        if (job.Mask is not null && !model.Mask)
            return new Misfit("mask", $"The model '{model.Name}' does not support 'mask'.");
        if (job.FileIds > 0 && !model.JsonEdits)
            return new Misfit("images", $"The model '{model.Name}' does not accept file ids.");
        return null;
    }

    // The parameter's name in this request.
    private static string Pictures(ImageJob job) => job.Body is JsonBody ? "images" : "image";

    private static bool HasWebP(ImageJob job)
    {
        foreach (var image in job.Images)
        {
            if (image.Header.Format == ImageFormat.WebP)
                return true;
        }
        return false;
    }

    private static string Listed(IEnumerable<string> words, Model model)
    {
        var list = string.Join(", ", words.Order());
        return list.Length == 0 ? $"the parameter cannot be used with the model '{model.Name}'" : $"{list} for the model '{model.Name}'";
    }

    private static Misfit Invalid(string param, object? value, string allowed) =>
        new(param, GatewayException.Invalid(param, value?.ToString() ?? "", allowed).Message);
}
