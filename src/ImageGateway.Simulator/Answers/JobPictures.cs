using ImageGateway.Simulator.Drawing;
using ImageGateway.Simulator.Requests;

namespace ImageGateway.Simulator.Answers;

/// <summary>The images of a job: the same for the same request, or from stock; different by index.</summary>
internal static class JobPictures
{
    public static Picture Of(ImageJob job, int index)
    {
        if (job.Stock is not null)
            return new Picture("", "", $"stock={job.Stock} image={index}", job.Width, job.Height, job.Transparent) { IsStock = true };
        var inputs = string.Join(',', job.Images.Select(image => image.Sha256[..8]));
        var seed = $"{job.Model.Name} {job.Operation} {job.Quality} {job.Size} {job.Background} {job.Style} mask={job.HasMask} inputs={inputs} image={index} prompt={job.Prompt}";
        return new Picture(Title(job), Caption(job, index), seed, job.Width, job.Height, job.Transparent);
    }

    private static string Title(ImageJob job) => job.Prompt.Length > 0 ? job.Prompt : "A variation";

    private static string Caption(ImageJob job, int index)
    {
        var parts = new List<string> { job.Model.Name, job.Quality, job.Size };
        if (job.Images.Count > 0)
            parts.Add($"from {job.Images.Count} image{(job.Images.Count > 1 ? "s" : "")}{(job.HasMask ? " and mask" : "")}");
        if (job.Count > 1)
            parts.Add($"{index + 1} of {job.Count}");
        parts.Add("simulated");
        return string.Join(" - ", parts);
    }
}
