package org.edgevlm.app.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.edgevlm.app.score.Scene;
import org.edgevlm.app.score.Share;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.vision.ImageException;

/**
 * Measures settings against the first one of them. All are open at the same time and share the
 * weights; of each picture, each is asked for the caption and then for each answer before the next
 * question is put, in an order that changes from question to question. So what the machine does
 * meanwhile meets all alike, and ratios are taken question by question.
 *
 * <p>A first turn, in which code is compiled and pages are read, isn't counted; afterwards, and
 * before each round, all are opened anew, so that none remembers answers to the same questions.
 */
public final class OptimisationBench {

  /** Opens settings. */
  @FunctionalInterface
  public interface Opener {
    /**
     * Opens one.
     *
     * @throws EdgeVlmException if it can't be opened, with the reason
     */
    EdgeVlm open(BenchSetting setting);
  }

  /** Told after each picture. */
  @FunctionalInterface
  public interface Progress {
    /** So many pictures are done, of all rounds. */
    void update(int done, int total);
  }

  private final Opener opener;
  private final int rounds;
  private final int maxTokens;
  private final Progress progress;
  private int turn;

  /**
   * A bench.
   *
   * @param rounds how often each question is put
   * @param maxTokens the longest answer
   */
  public OptimisationBench(Opener opener, int rounds, int maxTokens, Progress progress) {
    this.opener = opener;
    this.rounds = rounds;
    this.maxTokens = maxTokens;
    this.progress = progress;
  }

  /**
   * Measures all settings that can be opened; the others are in the result with the reason.
   *
   * @throws EdgeVlmException if the first one can't be opened or can't answer
   * @throws ImageException naming the file that can't be used
   */
  public BenchResult run(BenchPlan plan, List<BenchPicture> pictures) {
    BenchSetting off = plan.settings().get(0);
    List<Contender> contenders = new ArrayList<>();
    plan.settings().forEach(setting -> contenders.add(new Contender(setting.over(off))));
    try {
      openAll(contenders);
      int layers = contenders.get(0).edgeVlm().model().layers();
      ask(contenders, 0, pictures.get(0), -1);
      contenders.forEach(contender -> contender.observations().clear());
      for (int round = 0; round < rounds; round++) {
        contenders.forEach(Contender::close);
        openAll(contenders);
        for (int picture = 0; picture < pictures.size(); picture++) {
          ask(contenders, picture, pictures.get(picture), round);
          progress.update(round * pictures.size() + picture + 1, rounds * pictures.size());
        }
      }
      return BenchResult.of(plan, contenders, layers);
    } finally {
      contenders.forEach(Contender::close);
    }
  }

  private void openAll(List<Contender> contenders) {
    for (Contender contender : contenders) {
      if (contender.failure().isEmpty()) {
        attempt(contenders, contender, () -> contender.open(opener.open(contender.setting())));
      }
    }
  }

  private void ask(List<Contender> contenders, int number, BenchPicture picture, int round) {
    Scene scene = picture.scene();
    try {
      each(contenders, number, round, picture, Optional.empty(), scene::named);
      for (Scene.Question question : scene.questions()) {
        each(
            contenders,
            number,
            round,
            picture,
            Optional.of(question.question()),
            text -> Share.NONE.plus(question.isRight(text)));
      }
    } catch (ImageException e) {
      throw new ImageException(e.reason(), scene.image() + ": " + e.getMessage(), e);
    }
  }

  private void each(
      List<Contender> contenders,
      int number,
      int round,
      BenchPicture picture,
      Optional<String> question,
      Contender.Judge judge) {
    List<Contender> order = new ArrayList<>(contenders);
    Collections.rotate(order, turn);
    if (turn % 2 == 1) {
      Collections.reverse(order);
    }
    turn++;
    for (Contender contender : order) {
      if (contender.isOpen()) {
        attempt(
            contenders,
            contender,
            () -> contender.answer(number, round, picture.image(), question, maxTokens, judge));
      }
    }
  }

  /** What goes wrong takes one setting out of the race, unless it is the one to compare with. */
  private static void attempt(List<Contender> contenders, Contender contender, Runnable work) {
    try {
      work.run();
    } catch (ImageException e) {
      throw e;
    } catch (EdgeVlmException e) {
      if (contender == contenders.get(0)) {
        throw e;
      }
      contender.fail(e.getMessage());
    }
  }
}
