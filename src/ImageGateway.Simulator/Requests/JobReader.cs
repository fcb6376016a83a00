using ImageGateway.Simulator.Calls;

namespace ImageGateway.Simulator.Requests;

/// <summary>Validates a request like the model, parameter by parameter, and resolves its defaults.</summary>
internal static class JobReader
{
    private const int FullQuality = 100;

    public static ImageJob Read(RequestBody body, SimulatedModel model, Surface surface, ImageOperation operation)
    {
        KnownParameters.Check(body, model, operation);
        var parameters = new Parameters(body);
        var prompt = operation == ImageOperation.Variation ? "" : ReadPrompt(parameters, model);
        var job = ReadCommon(parameters, new ImageJob(model, operation, prompt) { Quality = model.DefaultQuality });
        job = model.IsGpt ? ReadGpt(parameters, job, surface) : ReadDallE(parameters, job);
        return operation == ImageOperation.Generation ? job : InputImages.Read(body, job, surface);
    }

    private static string ReadPrompt(Parameters parameters, SimulatedModel model)
    {
        var prompt = parameters.Text("prompt");
        if (string.IsNullOrEmpty(prompt))
            throw ProviderErrors.Missing("prompt");
        return prompt.Length <= model.MaxPromptLength
            ? prompt
            : throw ProviderErrors.OutOfRange("prompt", "string_above_max_length", $"string too long. Expected a string with maximum length {model.MaxPromptLength}, but got a string with length {prompt.Length} instead.");
    }

    private static ImageJob ReadCommon(Parameters parameters, ImageJob job)
    {
        var count = parameters.Integer("n", 1, 10) ?? 1;
        if (count > job.Model.MaxImages)
            throw ProviderErrors.Invalid("n", $"You must provide n={job.Model.MaxImages} for this model.");
        var (width, height) = SizeRules.Resolve(job.Model, parameters.Text("size"));
        parameters.Text("user");
        return job with { Count = count, Width = width, Height = height };
    }

    private static ImageJob ReadGpt(Parameters parameters, ImageJob job, Surface surface)
    {
        var quality = parameters.OneOf("quality", [.. job.Model.Qualities, "auto"]);
        var background = parameters.OneOf("background", "transparent", "opaque", "auto");
        parameters.OneOf("moderation", "low", "auto");
        CheckOutput(parameters, background, surface);
        return job with
        {
            Quality = quality is null or "auto" ? job.Model.DefaultQuality : quality,
            Transparent = background == "transparent",
            Stream = parameters.Flag("stream") ?? false,
            PartialImages = parameters.Integer("partial_images", 0, 3) ?? 0,
            HighFidelity = ReadFidelity(parameters, job.Model),
        };
    }

    private static void CheckOutput(Parameters parameters, string? background, Surface surface)
    {
        string[] formats = surface == Surface.OpenAI ? ["png", "webp", "jpeg"] : ["png", "jpeg"];
        var format = parameters.OneOf("output_format", formats) ?? "png";
        if (background == "transparent" && format == "jpeg")
            throw ProviderErrors.UserError("invalid_value", "background", "Transparent background is not supported for JPEG output format.");
        var compression = parameters.Integer("output_compression", 0, FullQuality) ?? FullQuality;
        if (compression < FullQuality && format == "png")
            throw ProviderErrors.UserError("invalid_png_output_compression", null, "Compression less than 100 is not supported for PNG output format");
    }

    private static bool ReadFidelity(Parameters parameters, SimulatedModel model)
    {
        var fidelity = parameters.OneOf("input_fidelity", "low", "high");
        if (fidelity is not null && !model.InputFidelities.Contains(fidelity))
            throw ProviderErrors.UserError("invalid_input_fidelity_model", "input_fidelity", $"The model '{model.Name}' does not support the 'input_fidelity' parameter.");
        return model.AlwaysHighFidelity || fidelity == "high";
    }

    private static ImageJob ReadDallE(Parameters parameters, ImageJob job) => job with
    {
        Quality = parameters.OneOf("quality", job.Model.Qualities) ?? job.Model.DefaultQuality,
        Style = parameters.OneOf("style", "vivid", "natural"),
        AsUrl = parameters.OneOf("response_format", "url", "b64_json") != "b64_json",
    };
}
